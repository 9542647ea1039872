using System.Text.Json;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Storage.Reports;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Reports;

/// <summary><c>GET /_synapse/admin/v1/event_reports</c>: reports of events, newest first unless <c>dir=f</c>.</summary>
sealed class ListEventReportsEndpoint(IReportStore reports, RoomRegistry rooms) : IEndpoint
{
    internal const string Path = "/_synapse/admin/v1/event_reports";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!ReportRequests.Query(request, ReportKind.Event, "event_sender_user_id").TryGet(out var query, out var error))
            return error;

        var page = await reports.ReadAsync(query, cancellationToken);
        var entries = new List<EventReportEntry>(page.Reports.Count);
        foreach (var report in page.Reports)
        {
            var room = (await rooms.FindAsync(report.RoomId!.Value, cancellationToken))?.Current;
            entries.Add(new EventReportEntry(
                report.Id, report.ReceivedAt.ToUnixTimeMilliseconds(), report.RoomId.Value, NameOf(room), report.EventId!.Value, report.Reporter, report.Reason,
                report.Score, report.Subject!.Value, AliasOf(room)));
        }

        return Reply.Json(new EventReportList(entries, page.Total) { NextToken = ReportRequests.Next(query, page) }, ReportsJson.Default.EventReportList);
    }

    internal static string? NameOf(RoomSnapshot? room) => room?.Find("m.room.name")?.ContentString("name");

    internal static string? AliasOf(RoomSnapshot? room) => room?.Find("m.room.canonical_alias")?.ContentString("alias");
}

/// <summary><c>GET /_synapse/admin/v1/event_reports/{reportId}</c>: one report of an event, with the event as it is now.</summary>
sealed class GetEventReportEndpoint(IReportStore reports, RoomRegistry rooms, IRoomStore events) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", ListEventReportsEndpoint.Path + "/{reportId}", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!ReportRequests.Id(request).TryGet(out var id, out var error))
            return error;
        if (await reports.FindAsync(ReportKind.Event, id, cancellationToken) is not { } report)
            return ReportRequests.NotFound();

        var room = (await rooms.FindAsync(report.RoomId!.Value, cancellationToken))?.Current;
        var stored = await events.FindEventAsync(report.EventId!.Value, cancellationToken);
        using var document = stored is null ? null : JsonDocument.Parse(stored.Json);
        return Reply.Json(
            new EventReportDetails(
                report.Id, report.ReceivedAt.ToUnixTimeMilliseconds(), report.RoomId.Value, ListEventReportsEndpoint.NameOf(room), report.EventId.Value,
                report.Reporter, report.Reason, report.Score, report.Subject!.Value, ListEventReportsEndpoint.AliasOf(room), document?.RootElement),
            ReportsJson.Default.EventReportDetails);
    }
}

/// <summary><c>DELETE</c> of one report, whatever it is about.</summary>
sealed class DeleteReportEndpoint(IReportStore reports) : IEndpoint
{
    static readonly (string Path, ReportKind Kind)[] Kinds =
    [
        (ListEventReportsEndpoint.Path, ReportKind.Event), (ListRoomReportsEndpoint.Path, ReportKind.Room), (ListUserReportsEndpoint.Path, ReportKind.User),
    ];

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [.. Kinds.Select(static entry => new EndpointRoute("DELETE", entry.Path + "/{reportId}", Access.Administrator))];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!ReportRequests.Id(request).TryGet(out var id, out var error))
            return error;

        var kind = Kinds.First(entry => request.Http.Request.Path.StartsWithSegments(entry.Path, StringComparison.Ordinal)).Kind;
        return await reports.RemoveAsync(kind, id, cancellationToken) ? Reply.Empty : ReportRequests.NotFound();
    }
}
