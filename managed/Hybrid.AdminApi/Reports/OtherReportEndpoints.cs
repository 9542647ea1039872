using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Reports;

namespace Hybrid.AdminApi.Reports;

/// <summary><c>GET /_synapse/admin/v1/room_reports</c>: reports of rooms, newest first unless <c>dir=f</c>.</summary>
sealed class ListRoomReportsEndpoint(IReportStore reports, RoomRegistry rooms) : IEndpoint
{
    internal const string Path = "/_synapse/admin/v1/room_reports";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!ReportRequests.Query(request, ReportKind.Room, "target_user_id").TryGet(out var query, out var error))
            return error;

        var page = await reports.ReadAsync(query, cancellationToken);
        var entries = new List<RoomReportEntry>(page.Reports.Count);
        foreach (var report in page.Reports)
            entries.Add(await ShowAsync(report, rooms, cancellationToken));
        return Reply.Json(new RoomReportList(entries, page.Total) { NextToken = ReportRequests.Next(query, page) }, ReportsJson.Default.RoomReportList);
    }

    internal static async ValueTask<RoomReportEntry> ShowAsync(Report report, RoomRegistry rooms, CancellationToken cancellationToken)
    {
        var room = (await rooms.FindAsync(report.RoomId!.Value, cancellationToken))?.Current;
        return new RoomReportEntry(
            report.Id, report.ReceivedAt.ToUnixTimeMilliseconds(), report.RoomId.Value, ListEventReportsEndpoint.NameOf(room), report.Reporter, report.Reason,
            ListEventReportsEndpoint.AliasOf(room));
    }
}

/// <summary><c>GET /_synapse/admin/v1/room_reports/{reportId}</c></summary>
sealed class GetRoomReportEndpoint(IReportStore reports, RoomRegistry rooms) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", ListRoomReportsEndpoint.Path + "/{reportId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!ReportRequests.Id(request).TryGet(out var id, out var error))
            return error;

        return await reports.FindAsync(ReportKind.Room, id, cancellationToken) is { } report
            ? Reply.Json(await ListRoomReportsEndpoint.ShowAsync(report, rooms, cancellationToken), ReportsJson.Default.RoomReportEntry)
            : ReportRequests.NotFound();
    }
}

/// <summary><c>GET /_synapse/admin/v1/user_reports</c>: reports of users, newest first unless <c>dir=f</c>.</summary>
sealed class ListUserReportsEndpoint(IReportStore reports) : IEndpoint
{
    internal const string Path = "/_synapse/admin/v1/user_reports";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!ReportRequests.Query(request, ReportKind.User, "target_user_id").TryGet(out var query, out var error))
            return error;

        var page = await reports.ReadAsync(query, cancellationToken);
        var list = new UserReportList([.. page.Reports.Select(Show)], page.Total) { NextToken = ReportRequests.Next(query, page) };
        return Reply.Json(list, ReportsJson.Default.UserReportList);
    }

    internal static UserReportEntry Show(Report report) =>
        new(report.Id, report.ReceivedAt.ToUnixTimeMilliseconds(), report.Subject!.Value, report.Reporter, report.Reason);
}

/// <summary><c>GET /_synapse/admin/v1/user_reports/{reportId}</c></summary>
sealed class GetUserReportEndpoint(IReportStore reports) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", ListUserReportsEndpoint.Path + "/{reportId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!ReportRequests.Id(request).TryGet(out var id, out var error))
            return error;

        return await reports.FindAsync(ReportKind.User, id, cancellationToken) is { } report
            ? Reply.Json(ListUserReportsEndpoint.Show(report), ReportsJson.Default.UserReportEntry)
            : ReportRequests.NotFound();
    }
}
