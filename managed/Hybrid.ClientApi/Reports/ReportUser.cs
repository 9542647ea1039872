using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Reports;
using Hybrid.Rooms.Reports;

namespace Hybrid.ClientApi.Reports;

/// <summary><c>POST /_matrix/client/v3/users/{userId}/report</c></summary>
public sealed class ReportUser(ContentReports reports) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/client/v3/users/{userId}/report", Access.User, RateClass.General) { MaxBodyBytes = ReportsChapter.MaxBodyBytes }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var subject = request.Path<UserId>("userId");
        var body = await request.ReadJsonAsync(ReportsJson.Default.ReportBody, cancellationToken);
        if (body.Reason is not { } reason)
            return MatrixError.MissingParam("'reason' is missing.");

        var result = await reports.ReportUserAsync(request.Caller.UserId, subject, reason, cancellationToken);
        return result.Error is { } error ? error : Reply.Empty;
    }
}
