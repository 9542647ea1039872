using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Maintenance;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Rooms;

/// <summary>
/// <c>POST /_synapse/admin/v1/purge_history/{roomId}[/{eventId}]</c>: starts a purge of what came before an event or a time. What this
/// server's users said is kept unless <c>delete_local_events</c> is set.
/// </summary>
sealed class PurgeHistoryEndpoint(RoomRegistry rooms, IRoomStore events, IRoomRemovalStore removals, RoomJobs jobs, IJobStore store) : IEndpoint
{
    const string Path = "/_synapse/admin/v1/purge_history/{roomId}";

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", Path, Access.Administrator), new("POST", Path + "/{eventId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(RoomAdminJson.Default.HistoryPurgeRequest, cancellationToken);
        if (await rooms.FindAsync(roomId, cancellationToken) is null)
            return MatrixError.NotFound("This server does not know the room.");

        var path = request.PathOrEmpty("eventId");
        if (!(await FindStartAsync(roomId, path.Length > 0 ? path : body.PurgeUpToEventId, body.PurgeUpToTs, cancellationToken)).TryGet(out var before, out var error))
            return error;
        if ((await store.ReadByRoomAsync(roomId, HistoryPurges.JobKind, cancellationToken)).Any(static job => !job.IsFinished))
            return MatrixError.Of(400, "M_UNKNOWN", "History of this room is being purged already.");

        var job = await jobs.ScheduleAsync(
            HistoryPurges.JobKind, roomId, HistoryPurges.Arguments(before, keepLocal: !(body.DeleteLocalEvents ?? false)), cancellationToken);
        return Reply.Json(new HistoryPurgeStarted(job.Id), RoomAdminJson.Default.HistoryPurgeStarted);
    }

    /// <summary>The position of the first event that is to stay.</summary>
    async ValueTask<Result<long>> FindStartAsync(RoomId roomId, string? upToEvent, long? upToTime, CancellationToken cancellationToken)
    {
        if (upToEvent is not null)
        {
            if (!EventId.TryParse(upToEvent, out var eventId))
                return MatrixError.InvalidParam($"'{upToEvent}' is no event ID.");
            return await events.FindEventAsync(eventId, cancellationToken) is { } found && found.RoomId == roomId
                ? found.Position
                : MatrixError.NotFound("There is no such event in this room.");
        }

        // With nothing said since, all may go; the store keeps what the room needs.
        return upToTime is { } time
            ? await removals.FindPositionAtAsync(roomId, time, long.MaxValue, cancellationToken) ?? long.MaxValue
            : MatrixError.BadJson("'purge_up_to_event_id' or 'purge_up_to_ts' is needed.");
    }
}
