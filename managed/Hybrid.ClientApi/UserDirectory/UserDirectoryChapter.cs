using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.UserDirectory;

/// <summary>Finding users by name.</summary>
public static class UserDirectoryChapter
{
    public static IServiceCollection AddUserDirectoryChapter(this IServiceCollection services) => services.AddEndpoint<SearchUsers>();

    public static void MapUserDirectoryChapter(this IEndpointRouteBuilder routes) => routes.MapEndpoint<SearchUsers>();
}
