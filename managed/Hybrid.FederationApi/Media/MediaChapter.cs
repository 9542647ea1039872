using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.Media;

/// <summary>This server's media for others (server-server API, "Content Repository").</summary>
static class MediaChapter
{
    public static IServiceCollection AddMediaChapter(this IServiceCollection services) => services
        .AddEndpoint<DownloadMediaEndpoint>()
        .AddEndpoint<ThumbnailEndpoint>();

    public static void MapMediaChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<DownloadMediaEndpoint>();
        routes.MapEndpoint<ThumbnailEndpoint>();
    }
}
