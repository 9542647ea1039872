using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Reports;
using Hybrid.Rooms.Reports;

namespace Hybrid.ClientApi.Reports;

/// <summary><c>POST /_matrix/client/v3/rooms/{roomId}/report</c></summary>
public sealed class ReportRoom(ContentReports reports) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/rooms/{roomId}/report", Access.User, RateClass.General) { MaxBodyBytes = ReportsChapter.MaxBodyBytes }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(ReportsJson.Default.ReportBody, cancellationToken);
        if (body.Reason is not { } reason)
            return MatrixError.MissingParam("'reason' is missing.");

        var result = await reports.ReportRoomAsync(request.Caller.UserId, roomId, reason, cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}
