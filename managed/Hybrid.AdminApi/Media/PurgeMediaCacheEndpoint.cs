using Hybrid.Http;
using Hybrid.Media.Remote;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Media;

/// <summary><c>POST /_synapse/admin/v1/purge_media_cache</c>: deletes media of other servers that nobody asked for since a time.</summary>
sealed class PurgeMediaCacheEndpoint(RemoteMediaCache cache) : IEndpoint
{
    // Before it there was no Matrix: whoever names an earlier time counts in seconds.
    const long FirstTs = 30_000_000_000;

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_synapse/admin/v1/purge_media_cache", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        _ = request.RequiredQuery("before_ts");
        if (request.QueryInteger("before_ts") is not { } before || before < FirstTs)
            return MatrixError.InvalidParam("'before_ts' counts milliseconds since 1970; this one is of 1970 itself, or before.");

        var deleted = await cache.PurgeAsync(before, cancellationToken);
        return Reply.Json(new PurgedMedia(deleted), MediaAdminJson.Default.PurgedMedia);
    }
}
