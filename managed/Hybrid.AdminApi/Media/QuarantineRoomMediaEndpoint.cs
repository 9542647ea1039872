using Hybrid.Http;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.AdminApi.Media;

/// <summary><c>POST /_synapse/admin/v1/room/{roomId}/media/quarantine</c>, and the path that it had before: withdraws what the events of a room name.</summary>
sealed class QuarantineRoomMediaEndpoint(RoomMedia media, MediaModeration moderation, ServerIdentity identity) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("POST", ListRoomMediaEndpoint.Path + "/quarantine", Access.Administrator),
        new("POST", "/_synapse/admin/v1/quarantine_media/{roomId}", Access.Administrator),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var found = await media.ReadAsync(request.Path<RoomId>("roomId"), cancellationToken);
        var own = found.Where(one => one.Server == identity.Name).Select(static one => one.Id);
        var withdrawn = await moderation.QuarantineAsync(own, request.Caller.UserId, cancellationToken);
        return Reply.Json(new QuarantinedMedia(withdrawn), MediaAdminJson.Default.QuarantinedMedia);
    }
}
