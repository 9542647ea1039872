using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms.Maintenance;
using Hybrid.Storage.Jobs;

namespace Hybrid.AdminApi.Rooms;

/// <summary><c>GET /_synapse/admin/v1/purge_history_status/{purgeId}</c>: how far a purge is.</summary>
sealed class PurgeStatusEndpoint(IJobStore jobs) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_synapse/admin/v1/purge_history_status/{purgeId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (await jobs.FindAsync(request.Path("purgeId"), cancellationToken) is not { Kind: HistoryPurges.JobKind } job)
            return MatrixError.NotFound("There is no such purge, or no longer.");

        // Tools know of no purge that waits for its turn.
        var status = DeletionStatusEndpoint.NameOf(job.Status == JobStatus.Scheduled ? JobStatus.Active : job.Status);
        return Reply.Json(new HistoryPurgeStatus(status, job.Progress, job.Total) { Error = job.Error }, RoomAdminJson.Default.HistoryPurgeStatus);
    }
}
