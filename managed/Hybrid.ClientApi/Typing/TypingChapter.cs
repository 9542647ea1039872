using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Typing;

/// <summary>Typing notifications (specification, "Typing Notifications").</summary>
public static class TypingChapter
{
    public static IServiceCollection AddTypingChapter(this IServiceCollection services) => services.AddEndpoint<SetTyping>();

    public static void MapTypingChapter(this IEndpointRouteBuilder routes) => routes.MapEndpoint<SetTyping>();
}
