using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.Directory;

/// <summary>Published rooms, and the rooms of spaces.</summary>
static class DirectoryChapter
{
    public static IServiceCollection AddDirectoryChapter(this IServiceCollection services) => services
        .AddEndpoint<PublicRoomsEndpoint>()
        .AddEndpoint<HierarchyEndpoint>();

    public static void MapDirectoryChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<PublicRoomsEndpoint>();
        routes.MapEndpoint<HierarchyEndpoint>();
    }
}
