namespace Hybrid.Storage.Media;

/// <summary>What a page said about itself when it was looked at.</summary>
/// <param name="Url">The page; at most <see cref="MaxUrlLength"/> characters of ASCII.</param>
/// <param name="Json">The preview, a JSON object.</param>
/// <param name="Image">The media ID of its image, which goes when the preview goes.</param>
/// <param name="FetchedTs">In milliseconds since the Unix epoch.</param>
public sealed record UrlPreview(string Url, string Json, MediaId? Image, long FetchedTs)
{
    public const int MaxUrlLength = 2048;
}

/// <summary>Previews of pages, kept for a while: clients of one room ask for the same one after the other.</summary>
public interface IUrlPreviewStore
{
    /// <summary>The latest preview of the page that was made at or after a time.</summary>
    ValueTask<UrlPreview?> FindAsync(string url, long sinceTs, CancellationToken cancellationToken);

    /// <summary>Adds a preview; older ones of the page stay, since clients may still show their images.</summary>
    ValueTask AddAsync(UrlPreview preview, CancellationToken cancellationToken);

    /// <summary>Takes out previews that were made before a time, or that are beyond the newest <paramref name="most"/>: the oldest first.</summary>
    ValueTask<IReadOnlyList<UrlPreview>> TakeOldAsync(long beforeTs, int most, int limit, CancellationToken cancellationToken);
}
