using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Storage.Media;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hybrid.ClientApi.Media;

/// <summary>A file of the repository as an answer: streamed, in ranges when asked, cacheable for ever, and harmless to open.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="ContentType">Its type, as it is told to the client.</param>
/// <param name="FileName">The name to save it under.</param>
/// <param name="ETag">Quoted; tells these bytes from any others.</param>
/// <param name="IsPublic">Served without a token, so that shared caches may keep it.</param>
sealed record MediaFile(MediaBytes Bytes, string ContentType, string? FileName, string ETag, bool IsPublic)
{
    // The policy that the specification recommends: content that is opened as a page runs and loads nothing.
    const string SecurityPolicy =
        "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; object-src 'self';";

    const string Lifetime = "max-age=31536000, immutable";

    public Reply ToReply() => Reply.Custom((context, _) =>
    {
        var headers = context.Response.Headers;
        headers.ContentDisposition = ContentDisposition.For(ContentType, FileName);
        headers.ContentSecurityPolicy = SecurityPolicy;
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.XContentTypeOptions = "nosniff";
        headers["X-Robots-Tag"] = "noindex, nofollow, noarchive, noimageindex";
        headers.CacheControl = IsPublic ? $"public, {Lifetime}" : $"private, {Lifetime}";
        var tag = new EntityTagHeaderValue(ETag);
        return Bytes.Path is { } path
            ? TypedResults.PhysicalFile(path, ContentType, entityTag: tag, enableRangeProcessing: true).ExecuteAsync(context)
            : TypedResults.Stream(Bytes.Stream!, ContentType, entityTag: tag, enableRangeProcessing: true).ExecuteAsync(context);
    });
}

/// <summary>Bytes of the repository: a file, or a stream with seeking.</summary>
sealed record MediaBytes(string? Path, Stream? Stream)
{
    /// <summary>The content as it was uploaded; null when it is gone.</summary>
    public static async ValueTask<MediaBytes?> FindAsync(ApiRequest request, ContentFiles files, MediaContent content, CancellationToken cancellationToken)
    {
        if (files.LocalPath(content.Sha256) is { } path)
            return new MediaBytes(path, null);

        // Opened before the answer begins, so that a failure is still an error of its own.
        var fromStart = request.Http.Request.Headers.Range.Count == 0;
        return await files.OpenAsync(content.Sha256, content.Length, fromStart, cancellationToken) is { } stream ? new MediaBytes(null, stream) : null;
    }
}
