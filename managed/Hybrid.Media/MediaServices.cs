using Hybrid.Media.Content;
using Hybrid.Media.Previews;
using Hybrid.Media.Remote;
using Hybrid.Media.S3;
using Hybrid.Media.Thumbnails;
using Hybrid.Storage.Space;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hybrid.Media;

/// <summary>Registers the content repository.</summary>
public static class MediaServices
{
    /// <summary>Needs an <see cref="Storage.Media.IMediaStore"/>, an <see cref="Storage.Media.IMediaUseStore"/>, an <see cref="Storage.Media.IRemoteMediaStore"/>, an <see cref="Storage.Media.IUrlPreviewStore"/> and a <see cref="TimeProvider"/> beside it.</summary>
    public static IServiceCollection AddMediaRepository(this IServiceCollection services, MediaOptions options, PreviewOptions previews, S3Options? objects = null)
    {
        services.TryAddSingleton<StorageSpace>();
        if (objects is { Bucket: not null })
            services.AddSingleton(objects).AddSingleton<ContentNotes>().AddSingleton<IContentStore, S3ContentStore>().AddSingleton<UnsettledContent>()
                .AddHostedService(static provider => provider.GetRequiredService<UnsettledContent>());
        else
            services.AddSingleton<IContentStore, LocalContentStore>();
        return services
            .AddSingleton(options)
            .AddSingleton<ContentFiles>()
            .AddSingleton<RemoteMediaCache>()
            .AddSingleton<ContentRepository>()
            .AddSingleton<MediaModeration>()
            .AddSingleton<MediaUse>()
            .AddHostedService(static provider => provider.GetRequiredService<MediaUse>())
            .AddSingleton<Thumbnailer>()
            .AddSingleton(previews)
            .AddSingleton<PageFetcher>()
            .AddSingleton<PreviewImages>()
            .AddSingleton<IUrlPreviews, UrlPreviews>()
            .AddSingleton<PreviewSweep>()
            .AddHostedService(static provider => provider.GetRequiredService<PreviewSweep>());
    }
}
