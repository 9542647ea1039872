using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Maintenance;
using Hybrid.Storage.Jobs;

namespace Hybrid.AdminApi.Rooms;

/// <summary><c>GET /_synapse/admin/v2/rooms/delete_status/{deleteId}</c>: how far one deletion is.</summary>
sealed class DeletionStatusEndpoint(IJobStore jobs) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", DeleteRoomEndpoint.Path + "/delete_status/{deleteId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await jobs.FindAsync(request.Path("deleteId"), cancellationToken) is { Kind: RoomDeletions.JobKind } job
            ? Reply.Json(Show(job), RoomAdminJson.Default.RoomDeletionStatus)
            : MatrixError.NotFound("There is no such deletion, or no longer.");

    internal static RoomDeletionStatus Show(Job job)
    {
        var done = RoomDeletions.ProgressOf(job);
        return new RoomDeletionStatus(
            job.Id, job.RoomId, NameOf(job.Status), new RoomShutdown(done.KickedUsers, done.FailedToKickUsers, done.LocalAliases, done.NewRoomId), job.Progress)
        {
            Error = job.Error,
        };
    }

    internal static string NameOf(JobStatus status) => status switch
    {
        JobStatus.Scheduled => "scheduled",
        JobStatus.Active => "active",
        JobStatus.Complete => "complete",
        _ => "failed",
    };
}
