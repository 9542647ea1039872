using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Hybrid.Federation.Remote;

/// <summary>
/// The second of the two parts in which media come (server-server API, <c>/media/download</c>): the bytes, or where they are. The first is a JSON object
/// of which nothing is of use yet.
/// </summary>
sealed record MultipartMedia(Stream Body, string? ContentType, string? ContentDisposition, Uri? Location)
{
    const int MaxBoundary = 70;
    const int MaxHeaders = 32;
    const int MaxHeaderBytes = 16 * 1024;
    const int MaxMetadataBytes = 64 * 1024;

    /// <summary>Reads up to the bytes of the media; null for an answer of another form.</summary>
    /// <param name="contentType">The header of the answer.</param>
    /// <param name="answer">Its body.</param>
    /// <param name="maxBytes">How long the media may be.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The answer breaks off.</exception>
    /// <exception cref="InvalidDataException">A part is larger than it may be.</exception>
    public static async ValueTask<MultipartMedia?> ReadAsync(string? contentType, Stream answer, long maxBytes, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || !type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= MaxBoundary } boundary)
        {
            return null;
        }

        var reader = new MultipartReader(boundary.Value!, answer) { HeadersCountLimit = MaxHeaders, HeadersLengthLimit = MaxHeaderBytes, BodyLengthLimit = MaxMetadataBytes };
        if (await reader.ReadNextSectionAsync(cancellationToken) is not { } metadata || !IsJson(metadata.ContentType))
            return null;

        // Twice what is allowed: who reads the media notices before, and says that they are too large.
        reader.BodyLengthLimit = maxBytes * 2;
        if (await reader.ReadNextSectionAsync(cancellationToken) is not { } media)
            return null;
        if (media.Headers is null || !media.Headers.TryGetValue("Location", out var location))
            return new MultipartMedia(media.Body, media.ContentType, media.ContentDisposition, null);

        return Uri.TryCreate(location.ToString(), UriKind.Absolute, out var elsewhere) && elsewhere.Scheme is "https" or "http" && elsewhere.UserInfo == ""
            ? new MultipartMedia(media.Body, null, null, elsewhere)
            : null;
    }

    static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
