using Hybrid.Http;
using Hybrid.Media;
using Hybrid.Media.Content;
using Hybrid.Primitives;

namespace Hybrid.AdminApi.Media;

/// <summary><c>POST /_synapse/admin/v1/media/delete</c>, and the path that it had before: deletes media by age and size.</summary>
sealed class DeleteOldMediaEndpoint(MediaUse use, MediaOptions options) : IEndpoint
{
    // December 1970 in milliseconds, the year 2920 in seconds.
    const long FirstPlausible = 30_000_000_000;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("POST", "/_synapse/admin/v1/media/delete", Access.Administrator),
        new("POST", "/_synapse/admin/v1/media/{serverName}/delete", Access.Administrator),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        _ = request.RequiredQuery("before_ts");
        var before = request.QueryInteger("before_ts") ?? 0;
        var longerThan = request.QueryInteger("size_gt") ?? 0;
        var keepPictures = request.QueryBoolean("keep_profiles") ?? true;
        if (before < FirstPlausible)
            return MatrixError.InvalidParam("'before_ts' must be milliseconds since 1970, and later than that year.");
        if (longerThan < 0)
            return MatrixError.InvalidParam("'size_gt' must not be negative.");
        if (request.PathOrEmpty("serverName") is { Length: > 0 } server && server != options.ServerName.Value)
            return MatrixError.Of(400, "M_UNKNOWN", "Only media of this server can be deleted.");

        var deleted = await use.DeleteAsync(new UnusedMedia(before, longerThan, WithPictures: !keepPictures), cancellationToken);
        return Reply.Json(new DeletedMedia([.. deleted.Select(static id => id.Value)], deleted.Count), MediaAdminJson.Default.DeletedMedia);
    }
}
