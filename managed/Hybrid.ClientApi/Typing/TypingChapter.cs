using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Typing;

/// <summary>Typing notifications (specification, "Typing Notifications").</summary>
public static class TypingChapter
{
    public static IServiceCollection AddTyping(this IServiceCollection services) => services.AddEndpoint<SetTyping>();

    public static void MapTyping(this IEndpointRouteBuilder routes) => routes.MapEndpoint<SetTyping>();
}
