using Hybrid.Primitives;

namespace Hybrid.Media;

/// <summary>How the content repository behaves.</summary>
public sealed record MediaOptions
{
    /// <summary>The server that the <c>mxc://</c> URIs name.</summary>
    public required ServerName ServerName { get; init; }

    /// <summary>The folder of the files; made when it is missing.</summary>
    public required string Folder { get; init; }

    /// <summary>The largest upload, in bytes; clients learn it as <c>m.upload.size</c>.</summary>
    public long MaxUploadBytes { get; init; } = 50 * 1024 * 1024;

    /// <summary>How many bytes one user may store; null for no bound.</summary>
    public long? UserQuotaBytes { get; init; }

    /// <summary>How long media are kept that nobody asks for; null for ever.</summary>
    public TimeSpan? UnusedMediaLifetime { get; init; }

    /// <summary>How long media of other servers are kept that nobody asks for; null for ever. They are fetched again when someone does.</summary>
    public TimeSpan? RemoteMediaLifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The largest media that are fetched from another server, in bytes.</summary>
    public long MaxRemoteBytes { get; init; } = 50 * 1024 * 1024;

    /// <summary>How long a created media ID waits for its upload. The specification recommends 24 hours.</summary>
    public TimeSpan UnusedLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many created media IDs one user may have waiting for their uploads.</summary>
    public int MaxPendingUploads { get; init; } = 20;

    /// <summary>The longest time that a download waits for an upload, whatever <c>timeout_ms</c> says.</summary>
    public TimeSpan MaxDownloadWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Serves everything on the deprecated endpoints, without a token. When false, as Matrix 1.12 asks, those serve only what was
    /// uploaded while it was true.
    /// </summary>
    public bool AllowUnauthenticatedDownloads { get; init; }

    /// <summary>The largest image that gets thumbnails, in pixels. One pixel takes four bytes while it is decoded.</summary>
    public long MaxThumbnailPixels { get; init; } = 32 * 1024 * 1024;

    /// <summary>The largest file that gets thumbnails, in bytes.</summary>
    public long MaxThumbnailSourceBytes { get; init; } = 50 * 1024 * 1024;

    /// <summary>How many images are decoded at once.</summary>
    public int ThumbnailThreads { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 2);

    /// <summary>How many thumbnails may wait to be made before requests are told to come back.</summary>
    public int ThumbnailQueueLength { get; init; } = 256;
}
