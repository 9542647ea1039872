using Hybrid.Primitives;
using Hybrid.Storage.DelayedEvents;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.DelayedEvents;

/// <summary>Delayed events in SQLite.</summary>
public sealed class SqliteDelayedEventStore(SqliteDatabase database) : IDelayedEventStore
{
    const string Columns =
        "delay_id, owner, device_id, room_id, type, state_key, content, delay_ms, running_since_ts, scheduled_at, outcome, finalized_ts, event_id, reason";

    public ValueTask<bool> TryAddAsync(DelayedEvent delayed, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            var session = writer.Session;
            if (session.QueryInteger("SELECT count(*) FROM delayed_events WHERE owner = ?1 AND outcome = 0", delayed.Owner.Value) >= limit)
                return false;

            session.Execute(
                $"INSERT INTO delayed_events ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, NULL, NULL, NULL)",
                delayed.DelayId, delayed.Owner.Value, delayed.DeviceId?.Value, delayed.RoomId.Value, delayed.Type, delayed.StateKey, delayed.Content.ToArray(),
                (long)delayed.Delay.TotalMilliseconds, delayed.RunningSince.ToUnixTimeMilliseconds(), delayed.ScheduledAt);
            return true;
        },
        cancellationToken);

    public ValueTask<bool> RestartAsync(string delayId, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        writer => writer.Session.Execute(
            "UPDATE delayed_events SET running_since_ts = ?2 WHERE delay_id = ?1 AND outcome = 0", delayId, now.ToUnixTimeMilliseconds()) > 0,
        cancellationToken);

    public ValueTask<bool> FinalizeAsync(DelayedEvent delayed, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            var changed = writer.Session.Execute(
                "UPDATE delayed_events SET outcome = ?2, finalized_ts = ?3, event_id = ?4, reason = ?5 WHERE delay_id = ?1 AND outcome = 0",
                delayed.DelayId, (long)delayed.Outcome, delayed.FinalizedAt!.Value.ToUnixTimeMilliseconds(), delayed.EventId?.Value, delayed.Reason);
            writer.Session.Execute(
                """
                DELETE FROM delayed_events WHERE delay_id IN (
                    SELECT delay_id FROM delayed_events WHERE owner = ?1 AND outcome <> 0 ORDER BY finalized_ts DESC, delay_id LIMIT -1 OFFSET ?2)
                """,
                delayed.Owner.Value, (long)IDelayedEventStore.MaxFinalized);
            return changed > 0;
        },
        cancellationToken);

    public ValueTask<DelayedEvent?> FindAsync(string delayId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst($"SELECT {Columns} FROM delayed_events WHERE delay_id = ?1", Read, delayId)));

    public ValueTask<IReadOnlyList<DelayedEvent>> ReadScheduledAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.Query(
            $"SELECT {Columns} FROM delayed_events WHERE outcome = 0 ORDER BY running_since_ts + delay_ms, delay_id", Read)));

    public ValueTask<IReadOnlyList<DelayedEvent>> ReadOwnAsync(UserId owner, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            $"""
            SELECT {Columns} FROM delayed_events WHERE owner = ?1
            ORDER BY outcome <> 0, finalized_ts DESC, running_since_ts + delay_ms, delay_id
            """,
            Read, owner.Value)));

    public ValueTask DeleteAllAsync(UserId owner, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => { writer.Session.Execute("DELETE FROM delayed_events WHERE owner = ?1", owner.Value); }, cancellationToken);

    static DelayedEvent Read(SqliteDataReader row) => new(
        row.GetString(0), UserId.Parse(row.GetString(1)), RoomId.Parse(row.GetString(3)), row.GetString(4), TimeSpan.FromMilliseconds(row.GetInt64(7)), row.Time(8))
    {
        DeviceId = row.IsDBNull(2) ? null : DeviceId.Parse(row.GetString(2)),
        StateKey = row.OptionalText(5),
        Content = row.GetFieldValue<byte[]>(6),
        ScheduledAt = row.GetInt64(9),
        Outcome = (DelayedOutcome)row.GetInt32(10),
        FinalizedAt = row.OptionalTime(11),
        EventId = row.IsDBNull(12) ? null : EventId.Parse(row.GetString(12)),
        Reason = row.OptionalText(13),
    };
}
