using Hybrid.Primitives;
using Hybrid.Storage.Reports;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Reports;

/// <summary>Reports in SQLite.</summary>
public sealed class SqliteReportStore(SqliteDatabase database) : IReportStore
{
    const string Columns = "id, kind, reporter, received_ts, room_id, event_id, subject, reason, score";

    const string Wanted = """
        FROM reports WHERE kind = ?1 AND (?2 IS NULL OR reporter = ?2) AND (?3 IS NULL OR room_id = ?3) AND (?4 IS NULL OR subject = ?4)
        """;

    public ValueTask AddAsync(Report report, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            var session = writer.Session;
            session.Execute(
                "INSERT INTO reports (kind, reporter, received_ts, room_id, event_id, subject, reason, score) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                (long)report.Kind, report.Reporter.Value, report.ReceivedAt.ToUnixTimeMilliseconds(), report.RoomId?.Value, report.EventId?.Value,
                report.Subject?.Value, report.Reason, report.Score);
            session.Execute(
                "DELETE FROM reports WHERE reporter = ?1 AND id <= (SELECT id FROM reports WHERE reporter = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                report.Reporter.Value, (long)IReportStore.MaxPerReporter);
            session.Execute("DELETE FROM reports WHERE id <= (SELECT max(id) FROM reports) - ?1", (long)IReportStore.MaxTotal);
        },
        cancellationToken);

    public ValueTask<Report?> FindAsync(ReportKind kind, long id, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst($"SELECT {Columns} FROM reports WHERE kind = ?1 AND id = ?2", Read, (long)kind, id)));

    public ValueTask<ReportPage> ReadAsync(ReportQuery query, CancellationToken cancellationToken) =>
        new(database.Read(session =>
        {
            var (kind, reporter, room, subject) = ((long)query.Kind, query.Reporter?.Value, query.RoomId?.Value, query.Subject?.Value);
            var total = session.QueryInteger($"SELECT count(*) {Wanted}", kind, reporter, room, subject)!.Value;
            var page = query.OldestFirst
                ? session.Query($"SELECT {Columns} {Wanted} ORDER BY id LIMIT ?5 OFFSET ?6", Read, kind, reporter, room, subject, (long)query.Limit, (long)query.From)
                : session.Query($"SELECT {Columns} {Wanted} ORDER BY id DESC LIMIT ?5 OFFSET ?6", Read, kind, reporter, room, subject, (long)query.Limit, (long)query.From);
            return new ReportPage(page, total);
        }));

    public ValueTask<bool> RemoveAsync(ReportKind kind, long id, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => writer.Session.Execute("DELETE FROM reports WHERE kind = ?1 AND id = ?2", (long)kind, id) > 0, cancellationToken);

    static Report Read(SqliteDataReader row) =>
        new((ReportKind)row.GetInt32(1), UserId.Parse(row.GetString(2)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)))
        {
            Id = row.GetInt64(0),
            RoomId = row.IsDBNull(4) ? null : RoomId.Parse(row.GetString(4)),
            EventId = row.IsDBNull(5) ? null : EventId.Parse(row.GetString(5)),
            Subject = row.IsDBNull(6) ? null : UserId.Parse(row.GetString(6)),
            Reason = row.IsDBNull(7) ? null : row.GetString(7),
            Score = row.IsDBNull(8) ? null : row.GetInt64(8),
        };
}
