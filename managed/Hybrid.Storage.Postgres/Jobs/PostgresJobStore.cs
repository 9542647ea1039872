using Hybrid.Primitives;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Jobs;

/// <summary>Jobs in PostgreSQL.</summary>
public sealed class PostgresJobStore(PostgresDatabase database) : IJobStore
{
    const string Columns = "id, kind, room_id, arguments, status, progress, total, checkpoint, error, created_ts, updated_ts";

    public async ValueTask AddAsync(Job job, CancellationToken cancellationToken) => await database.ExecuteAsync(
        $"INSERT INTO jobs ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        [
            job.Id, job.Kind, job.RoomId?.Value, job.Arguments, (long)job.Status, job.Progress, Sql.Optional(job.Total), job.Checkpoint, job.Error,
            job.CreatedAt.ToUnixTimeMilliseconds(), job.UpdatedAt.ToUnixTimeMilliseconds(),
        ],
        cancellationToken);

    public async ValueTask UpdateAsync(Job job, CancellationToken cancellationToken) => await database.ExecuteAsync(
        "UPDATE jobs SET status = $2, progress = $3, total = $4, checkpoint = $5, error = $6, updated_ts = $7 WHERE id = $1",
        [job.Id, (long)job.Status, job.Progress, Sql.Optional(job.Total), job.Checkpoint, job.Error, job.UpdatedAt.ToUnixTimeMilliseconds()],
        cancellationToken);

    public ValueTask<Job?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.QueryFirstAsync($"SELECT {Columns} FROM jobs WHERE id = $1", Read, id), cancellationToken);

    public async ValueTask<IReadOnlyList<Job>> ReadByRoomAsync(RoomId roomId, string kind, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                $"SELECT {Columns} FROM jobs WHERE room_id = $1 AND kind = $2 ORDER BY number", Read, roomId.Value, kind),
            cancellationToken);

    public ValueTask<Job?> FindNextAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            static session => session.QueryFirstAsync($"SELECT {Columns} FROM jobs WHERE status IN (0, 1) ORDER BY number LIMIT 1", Read), cancellationToken);

    public async ValueTask RemoveFinishedAsync(DateTimeOffset time, CancellationToken cancellationToken) => await database.ExecuteAsync(
        "DELETE FROM jobs WHERE status IN (2, 3) AND updated_ts < $1", [time.ToUnixTimeMilliseconds()], cancellationToken);

    static Job Read(Row row) => new(
        row.Text(0), row.Text(1), row.IsNull(2) ? null : RoomId.Parse(row.Text(2)), row.Text(3), DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(9)))
    {
        Status = (JobStatus)row.Integer(4),
        Progress = row.Integer(5),
        Total = row.OptionalInteger(6),
        Checkpoint = row.OptionalText(7),
        Error = row.OptionalText(8),
        UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(10)),
    };
}
