using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Maintenance;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Rooms;

/// <summary>
/// <c>DELETE /_synapse/admin/v2/rooms/{roomId}</c>: starts a deletion. A block holds from this answer on, for a room that is not known
/// too; nothing else is done about such a room.
/// </summary>
sealed class DeleteRoomEndpoint(RoomJobs jobs, IJobStore store, IBlockedRoomStore blocked, ServerIdentity identity) : IEndpoint
{
    internal const string Path = "/_synapse/admin/v2/rooms";

    const string DefaultName = "Content Violation Notification";
    const string DefaultMessage = "The room that you were in has been closed by the administrators of this server.";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("DELETE", Path + "/{roomId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(RoomAdminJson.Default.RoomDeletionRequest, cancellationToken);
        if (!NewRoomOf(body).TryGet(out var newRoom, out var error))
            return error;
        if ((await store.ReadByRoomAsync(roomId, RoomDeletions.JobKind, cancellationToken)).Any(static job => !job.IsFinished))
            return MatrixError.Of(400, "M_UNKNOWN", "The room is being deleted already.");

        if (body.Block ?? false)
            await blocked.BlockAsync(roomId, request.Caller.UserId, cancellationToken);
        var job = await jobs.ScheduleAsync(
            RoomDeletions.JobKind, roomId, RoomDeletions.Arguments(new DeletionTerms(body.Purge ?? true, body.Message) { NewRoom = newRoom }), cancellationToken);
        return Reply.Json(new RoomDeletionStarted(job.Id), RoomAdminJson.Default.RoomDeletionStarted);
    }

    Result<NewRoomTerms?> NewRoomOf(RoomDeletionRequest body)
    {
        if (body.NewRoomUserId is null)
            return default(NewRoomTerms);
        if (!UserId.TryParse(body.NewRoomUserId, out var creator) || creator.Server != identity.Name)
            return MatrixError.InvalidParam("'new_room_user_id' is no user of this server.");

        return new NewRoomTerms(creator, body.RoomName ?? DefaultName, body.Message ?? DefaultMessage);
    }
}
