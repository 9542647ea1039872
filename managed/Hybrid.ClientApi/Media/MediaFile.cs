using Hybrid.Http;
using Hybrid.Media.Content;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hybrid.ClientApi.Media;

/// <summary>A file of the repository as an answer: streamed, in ranges when asked, cacheable for ever, and harmless to open.</summary>
/// <param name="Path">The file.</param>
/// <param name="ContentType">Its type, as it is told to the client.</param>
/// <param name="FileName">The name to save it under.</param>
/// <param name="ETag">Quoted; tells these bytes from any others.</param>
/// <param name="IsPublic">Served without a token, so that shared caches may keep it.</param>
sealed record MediaFile(string Path, string ContentType, string? FileName, string ETag, bool IsPublic)
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
        return TypedResults.PhysicalFile(Path, ContentType, entityTag: new EntityTagHeaderValue(ETag), enableRangeProcessing: true)
            .ExecuteAsync(context);
    });
}
