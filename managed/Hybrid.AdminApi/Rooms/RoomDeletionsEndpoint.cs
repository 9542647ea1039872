using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Maintenance;
using Hybrid.Storage.Jobs;

namespace Hybrid.AdminApi.Rooms;

/// <summary><c>GET /_synapse/admin/v2/rooms/{roomId}/delete_status</c>: the deletions of a room.</summary>
sealed class RoomDeletionsEndpoint(IJobStore jobs) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", DeleteRoomEndpoint.Path + "/{roomId}/delete_status", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var found = await jobs.ReadByRoomAsync(request.Path<RoomId>("roomId"), RoomDeletions.JobKind, cancellationToken);
        return found.Count == 0
            ? MatrixError.NotFound("No deletion of this room is known.")
            : Reply.Json(new RoomDeletionList([.. found.Select(DeletionStatusEndpoint.Show)]), RoomAdminJson.Default.RoomDeletionList);
    }
}
