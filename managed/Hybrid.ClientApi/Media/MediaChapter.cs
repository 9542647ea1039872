using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Media;

/// <summary>The content repository (specification, client-server API, "Content repository").</summary>
public static class MediaChapter
{
    public static IServiceCollection AddMediaChapter(this IServiceCollection services) =>
        services
            .AddSingleton<MediaDownload>()
            .AddSingleton<MediaThumbnail>()
            .AddEndpoint<UploadMediaEndpoint>()
            .AddEndpoint<CreateMediaEndpoint>()
            .AddEndpoint<UploadCreatedMediaEndpoint>()
            .AddEndpoint<DownloadMediaEndpoint>()
            .AddEndpoint<DownloadNamedMediaEndpoint>()
            .AddEndpoint<ThumbnailEndpoint>()
            .AddEndpoint<UnauthenticatedDownloadEndpoint>()
            .AddEndpoint<UnauthenticatedNamedDownloadEndpoint>()
            .AddEndpoint<UnauthenticatedThumbnailEndpoint>()
            .AddEndpoint<MediaConfigEndpoint>()
            .AddEndpoint<PreviewUrlEndpoint>();

    public static void MapMediaChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<UploadMediaEndpoint>();
        routes.MapEndpoint<CreateMediaEndpoint>();
        routes.MapEndpoint<UploadCreatedMediaEndpoint>();
        routes.MapEndpoint<DownloadMediaEndpoint>();
        routes.MapEndpoint<DownloadNamedMediaEndpoint>();
        routes.MapEndpoint<ThumbnailEndpoint>();
        routes.MapEndpoint<UnauthenticatedDownloadEndpoint>();
        routes.MapEndpoint<UnauthenticatedNamedDownloadEndpoint>();
        routes.MapEndpoint<UnauthenticatedThumbnailEndpoint>();
        routes.MapEndpoint<MediaConfigEndpoint>();
        routes.MapEndpoint<PreviewUrlEndpoint>();
    }
}
