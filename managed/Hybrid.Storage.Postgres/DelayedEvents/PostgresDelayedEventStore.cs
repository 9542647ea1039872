using Hybrid.Primitives;
using Hybrid.Storage.DelayedEvents;
using Hybrid.Storage.Postgres.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.DelayedEvents;

/// <summary>Delayed events in PostgreSQL.</summary>
public sealed class PostgresDelayedEventStore(PostgresDatabase database) : IDelayedEventStore
{
    const string Columns =
        "delay_id, owner, device_id, room_id, type, state_key, content, delay_ms, running_since_ts, scheduled_at, outcome, finalized_ts, event_id, reason";

    public ValueTask<bool> TryAddAsync(DelayedEvent delayed, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        async writer =>
        {
            var session = writer.Session;
            if (await session.QueryIntegerAsync("SELECT count(*) FROM delayed_events WHERE owner = $1 AND outcome = 0", delayed.Owner.Value) >= limit)
                return false;

            await session.ExecuteAsync(
                $"INSERT INTO delayed_events ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, NULL, NULL, NULL)",
                delayed.DelayId, delayed.Owner.Value, delayed.DeviceId?.Value, delayed.RoomId.Value, delayed.Type, delayed.StateKey, Sql.Bytes(delayed.Content),
                (long)delayed.Delay.TotalMilliseconds, delayed.RunningSince.ToUnixTimeMilliseconds(), delayed.ScheduledAt);
            return true;
        },
        cancellationToken);

    public async ValueTask<bool> RestartAsync(string delayId, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE delayed_events SET running_since_ts = $2 WHERE delay_id = $1 AND outcome = 0", [delayId, now.ToUnixTimeMilliseconds()],
            cancellationToken) > 0;

    public ValueTask<bool> FinalizeAsync(DelayedEvent delayed, CancellationToken cancellationToken) => database.WriteAsync(
        async writer =>
        {
            var changed = await writer.Session.ExecuteAsync(
                "UPDATE delayed_events SET outcome = $2, finalized_ts = $3, event_id = $4, reason = $5 WHERE delay_id = $1 AND outcome = 0",
                delayed.DelayId, (long)delayed.Outcome, delayed.FinalizedAt!.Value.ToUnixTimeMilliseconds(), delayed.EventId?.Value, delayed.Reason);
            await writer.Session.ExecuteAsync(
                """
                DELETE FROM delayed_events WHERE delay_id IN (
                    SELECT delay_id FROM delayed_events WHERE owner = $1 AND outcome <> 0 ORDER BY finalized_ts DESC, delay_id OFFSET $2)
                """,
                delayed.Owner.Value, (long)IDelayedEventStore.MaxFinalized);
            return changed > 0;
        },
        cancellationToken);

    public ValueTask<DelayedEvent?> FindAsync(string delayId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.QueryFirstAsync($"SELECT {Columns} FROM delayed_events WHERE delay_id = $1", Read, delayId), cancellationToken);

    public async ValueTask<IReadOnlyList<DelayedEvent>> ReadScheduledAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync(
                $"SELECT {Columns} FROM delayed_events WHERE outcome = 0 ORDER BY running_since_ts + delay_ms, delay_id", Read),
            cancellationToken);

    public async ValueTask<IReadOnlyList<DelayedEvent>> ReadOwnAsync(UserId owner, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                $"""
                SELECT {Columns} FROM delayed_events WHERE owner = $1
                ORDER BY outcome <> 0, finalized_ts DESC, running_since_ts + delay_ms, delay_id
                """,
                Read, owner.Value),
            cancellationToken);

    public async ValueTask DeleteAllAsync(UserId owner, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM delayed_events WHERE owner = $1", [owner.Value], cancellationToken);

    static DelayedEvent Read(Row row) => new(
        row.Text(0), UserId.Parse(row.Text(1)), RoomId.Parse(row.Text(3)), row.Text(4), TimeSpan.FromMilliseconds(row.Integer(7)), row.Time(8))
    {
        DeviceId = row.IsNull(2) ? null : DeviceId.Parse(row.Text(2)),
        StateKey = row.OptionalText(5),
        Content = row.Bytes(6),
        ScheduledAt = row.Integer(9),
        Outcome = (DelayedOutcome)row.Integer(10),
        FinalizedAt = row.OptionalTime(11),
        EventId = row.IsNull(12) ? null : EventId.Parse(row.Text(12)),
        Reason = row.OptionalText(13),
    };
}
