using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text;

namespace Hybrid.Media.Content;

/// <summary>What the server makes of the content types that uploaders claim.</summary>
public static class ContentTypes
{
    /// <summary>For content whose type is unknown.</summary>
    public const string Unknown = "application/octet-stream";

    // Specification, "Serving inline content": a browser that shows these runs no script of theirs.
    static readonly FrozenSet<string> Inline = FrozenSet.ToFrozenSet(
        [
            "text/css", "text/plain", "text/csv", "application/json", "application/ld+json", "image/jpeg", "image/gif", "image/png",
            "image/apng", "image/webp", "image/avif", "video/mp4", "video/webm", "video/ogg", "video/quicktime", "audio/mp4", "audio/webm",
            "audio/aac", "audio/mpeg", "audio/ogg", "audio/wave", "audio/wav", "audio/x-wav", "audio/x-pn-wav", "audio/flac", "audio/x-flac",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The type as claimed, or <see cref="Unknown"/> when there is none or it could not be sent back as a header.</summary>
    public static string Accept(string? claimed) =>
        claimed is not null && Ascii.IsValid(claimed) && MediaTypeHeaderValue.TryParse(claimed, out _) ? claimed.Trim() : Unknown;

    /// <summary>Whether content of this type may be shown in place, rather than saved.</summary>
    public static bool MayBeInline(string contentType)
    {
        var parameters = contentType.IndexOf(';', StringComparison.Ordinal);
        return Inline.Contains(parameters < 0 ? contentType : contentType[..parameters].Trim());
    }
}
