using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Reports;
using Hybrid.Rooms.Reports;

namespace Hybrid.ClientApi.Reports;

/// <summary><c>POST /_matrix/client/v3/rooms/{roomId}/report/{eventId}</c></summary>
public sealed class ReportEvent(ContentReports reports) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/rooms/{roomId}/report/{eventId}", Access.User, RateClass.General) { MaxBodyBytes = ReportsChapter.MaxBodyBytes }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var eventId = request.Path<EventId>("eventId");
        var body = await request.ReadJsonAsync(ReportsJson.Default.ReportBody, cancellationToken);
        var result = await reports.ReportEventAsync(request.Caller.UserId, roomId, eventId, body.Reason, body.Score, cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}
