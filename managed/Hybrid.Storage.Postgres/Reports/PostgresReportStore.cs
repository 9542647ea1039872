using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Reports;

namespace Hybrid.Storage.Postgres.Reports;

/// <summary>Reports in PostgreSQL.</summary>
public sealed class PostgresReportStore(PostgresDatabase database) : IReportStore
{
    const string Columns = "id, kind, reporter, received_ts, room_id, event_id, subject, reason, score";

    const string Wanted = """
        FROM reports WHERE kind = $1 AND ($2::text IS NULL OR reporter = $2) AND ($3::text IS NULL OR room_id = $3) AND ($4::text IS NULL OR subject = $4)
        """;

    public ValueTask AddAsync(Report report, CancellationToken cancellationToken) => database.WriteAsync(
        async writer =>
        {
            var session = writer.Session;
            await session.ExecuteAsync(
                "INSERT INTO reports (kind, reporter, received_ts, room_id, event_id, subject, reason, score) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                (long)report.Kind, report.Reporter.Value, report.ReceivedAt.ToUnixTimeMilliseconds(), report.RoomId?.Value, report.EventId?.Value,
                report.Subject?.Value, report.Reason, Sql.Optional(report.Score));
            await session.ExecuteAsync(
                "DELETE FROM reports WHERE reporter = $1 AND id <= (SELECT id FROM reports WHERE reporter = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
                report.Reporter.Value, (long)IReportStore.MaxPerReporter);
            await session.ExecuteAsync("DELETE FROM reports WHERE id <= (SELECT max(id) FROM reports) - $1", (long)IReportStore.MaxTotal);
        },
        cancellationToken);

    public ValueTask<Report?> FindAsync(ReportKind kind, long id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync($"SELECT {Columns} FROM reports WHERE kind = $1 AND id = $2", Read, (long)kind, id), cancellationToken);

    public ValueTask<ReportPage> ReadAsync(ReportQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async session =>
            {
                var (kind, reporter, room, subject) = ((long)query.Kind, query.Reporter?.Value, query.RoomId?.Value, query.Subject?.Value);
                var total = await session.QueryIntegerAsync($"SELECT count(*) {Wanted}", kind, reporter, room, subject);
                var order = query.OldestFirst ? "ORDER BY id" : "ORDER BY id DESC";
                var page = await session.QueryAsync(
                    $"SELECT {Columns} {Wanted} {order} LIMIT $5 OFFSET $6", Read, kind, reporter, room, subject, (long)query.Limit, (long)query.From);
                return new ReportPage(page, total!.Value);
            },
            cancellationToken);

    public async ValueTask<bool> RemoveAsync(ReportKind kind, long id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM reports WHERE kind = $1 AND id = $2", [(long)kind, id], cancellationToken) > 0;

    static Report Read(Row row) =>
        new((ReportKind)row.Integer(1), UserId.Parse(row.Text(2)), DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(3)))
        {
            Id = row.Integer(0),
            RoomId = row.IsNull(4) ? null : RoomId.Parse(row.Text(4)),
            EventId = row.IsNull(5) ? null : EventId.Parse(row.Text(5)),
            Subject = row.IsNull(6) ? null : UserId.Parse(row.Text(6)),
            Reason = row.OptionalText(7),
            Score = row.OptionalInteger(8),
        };
}
