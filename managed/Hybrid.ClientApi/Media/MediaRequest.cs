using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Storage.Media;
using Microsoft.AspNetCore.Http.Features;

namespace Hybrid.ClientApi.Media;

/// <summary>The parts that media requests share.</summary>
static class MediaRequest
{
    /// <summary>
    /// The <c>mxc://</c> URI in the path. What cannot be one names no media, so that it is <c>M_NOT_FOUND</c> as any other unknown ID.
    /// </summary>
    public static (ServerName Server, MediaId Id) MxcUri(this ApiRequest request) =>
        ServerName.TryParse(request.Path("serverName"), out var server) && MediaId.TryParse(request.Path("mediaId"), out var id)
            ? (server, id)
            : throw new MatrixException(ContentRepository.NoSuchMedia());

    /// <summary>How long to wait for content that is still to be uploaded.</summary>
    public static TimeSpan Wait(this ApiRequest request) => ContentRepository.WaitOf(request.QueryInteger("timeout_ms"));

    /// <summary>Whether media of another server may be fetched for this.</summary>
    public static bool MayFetch(this ApiRequest request) => request.QueryBoolean("allow_remote") ?? true;

    /// <summary>The body as an upload. The repository bounds its size, so that the server's general limit is lifted.</summary>
    public static MediaUpload Upload(this ApiRequest request)
    {
        var http = request.Http;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bodySize)
            bodySize.MaxRequestBodySize = null;

        return new MediaUpload(http.Request.BodyReader, http.Request.ContentLength, http.Request.ContentType, request.Query("filename"));
    }
}
