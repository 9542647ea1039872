using Hybrid.Primitives;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Jobs;

/// <summary>Jobs in SQLite.</summary>
public sealed class SqliteJobStore(SqliteDatabase database) : IJobStore
{
    const string Columns = "id, kind, room_id, arguments, status, progress, total, checkpoint, error, created_ts, updated_ts";

    public ValueTask AddAsync(Job job, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute(
                $"INSERT INTO jobs ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                job.Id, job.Kind, job.RoomId?.Value, job.Arguments, (long)job.Status, job.Progress, job.Total, job.Checkpoint, job.Error,
                job.CreatedAt.ToUnixTimeMilliseconds(), job.UpdatedAt.ToUnixTimeMilliseconds());
        },
        cancellationToken);

    public ValueTask UpdateAsync(Job job, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute(
                "UPDATE jobs SET status = ?2, progress = ?3, total = ?4, checkpoint = ?5, error = ?6, updated_ts = ?7 WHERE id = ?1",
                job.Id, (long)job.Status, job.Progress, job.Total, job.Checkpoint, job.Error, job.UpdatedAt.ToUnixTimeMilliseconds());
        },
        cancellationToken);

    public ValueTask<Job?> FindAsync(string id, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst($"SELECT {Columns} FROM jobs WHERE id = ?1", Read, id)));

    public ValueTask<IReadOnlyList<Job>> ReadByRoomAsync(RoomId roomId, string kind, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            $"SELECT {Columns} FROM jobs WHERE room_id = ?1 AND kind = ?2 ORDER BY number", Read, roomId.Value, kind)));

    public ValueTask<Job?> FindNextAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.QueryFirst(
            $"SELECT {Columns} FROM jobs WHERE status IN (0, 1) ORDER BY number LIMIT 1", Read)));

    public ValueTask RemoveFinishedAsync(DateTimeOffset time, CancellationToken cancellationToken) => database.WriteAsync(
        writer => { writer.Session.Execute("DELETE FROM jobs WHERE status IN (2, 3) AND updated_ts < ?1", time.ToUnixTimeMilliseconds()); },
        cancellationToken);

    static Job Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : RoomId.Parse(row.GetString(2)), row.GetString(3),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)))
    {
        Status = (JobStatus)row.GetInt32(4),
        Progress = row.GetInt64(5),
        Total = row.IsDBNull(6) ? null : row.GetInt64(6),
        Checkpoint = row.IsDBNull(7) ? null : row.GetString(7),
        Error = row.IsDBNull(8) ? null : row.GetString(8),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
    };
}
