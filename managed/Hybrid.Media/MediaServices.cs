using Hybrid.Media.Content;
using Hybrid.Media.Thumbnails;
using Hybrid.Storage.Space;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hybrid.Media;

/// <summary>Registers the content repository.</summary>
public static class MediaServices
{
    /// <summary>Needs an <see cref="Storage.Media.IMediaStore"/> and a <see cref="TimeProvider"/> beside it.</summary>
    public static IServiceCollection AddMediaRepository(this IServiceCollection services, MediaOptions options)
    {
        services.TryAddSingleton<StorageSpace>();
        return services
            .AddSingleton(options)
            .AddSingleton<ContentFiles>()
            .AddSingleton<ContentRepository>()
            .AddSingleton<Thumbnailer>();
    }
}
