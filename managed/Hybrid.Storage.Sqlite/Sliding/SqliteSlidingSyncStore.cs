using Hybrid.Primitives;
using Hybrid.Storage.Sliding;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Sliding;

/// <summary>Connections of sliding sync in SQLite: tables <c>sliding_connections</c> and <c>sliding_rooms</c>.</summary>
public sealed class SqliteSlidingSyncStore(SqliteDatabase database) : ISlidingSyncStore
{
    public ValueTask<SlidingConnectionRecord?> FindAsync(UserId userId, DeviceId deviceId, string name, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(session => Find(session, userId, deviceId, name)));

    public ValueTask<long?> StartAsync(
        UserId userId, DeviceId deviceId, string name, DateTimeOffset now, DateTimeOffset unusedSince, int most, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Start(writer.Session, userId, deviceId, name, now, unusedSince, most), cancellationToken);

    public ValueTask SaveAsync(SlidingStep step, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Save(writer.Session, step, now), cancellationToken);

    public ValueTask<IReadOnlyList<KeyValuePair<RoomId, long>>> ReadActivityAsync(UserId userId, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<KeyValuePair<RoomId, long>>>(database.Read(session => session.Query(
            """
            SELECT m.room_id, (SELECT e.position FROM events e WHERE e.room_id = m.room_id AND e.position > 0 ORDER BY e.position DESC LIMIT 1)
            FROM memberships m WHERE m.user_id = ?1
            """,
            static row => KeyValuePair.Create(RoomId.Parse(row.GetString(0)), row.IsDBNull(1) ? 0 : row.GetInt64(1)),
            userId.Value)));

    static SlidingConnectionRecord? Find(SqliteSession session, UserId userId, DeviceId deviceId, string name)
    {
        var connection = session.QueryFirst(
            "SELECT number, acknowledged, pending, state_terms FROM sliding_connections WHERE user_id = ?1 AND device_id = ?2 AND name = ?3",
            static row => new SlidingConnectionRecord(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), SlidingLines.Read(row.GetString(3))),
            userId.Value, deviceId.Value, name);
        return connection is null ? null : SlidingLines.Assemble(connection, session.Query(
            """
            SELECT state, room_id, events, receipts, account_data, timeline_limit, state_terms, is_direct, members
            FROM sliding_rooms WHERE connection = ?1 ORDER BY state
            """,
            ReadRoom, connection.Number));
    }

    static (long State, SlidingRoom Room) ReadRoom(SqliteDataReader row) => (row.GetInt64(0), new SlidingRoom(RoomId.Parse(row.GetString(1)))
    {
        Events = new SentMark(row.GetInt64(2)),
        Receipts = new SentMark(row.GetInt64(3)),
        AccountData = new SentMark(row.GetInt64(4)),
        TimelineLimit = row.GetInt32(5),
        StateTerms = row.GetInt32(6),
        IsDirect = row.GetInt64(7) != 0,
        Members = SlidingLines.Read(row.GetString(8)),
    });

    static long? Start(SqliteSession session, UserId userId, DeviceId deviceId, string name, DateTimeOffset now, DateTimeOffset unusedSince, int most)
    {
        if (session.QueryInteger("SELECT 1 FROM devices WHERE user_id = ?1 AND device_id = ?2", userId.Value, deviceId.Value) is null)
            return null;

        session.Execute("DELETE FROM sliding_connections WHERE changed_at < ?1", unusedSince.ToUnixTimeMilliseconds());
        session.Execute(
            "DELETE FROM sliding_connections WHERE user_id = ?1 AND device_id = ?2 AND name = ?3", userId.Value, deviceId.Value, name);
        session.Execute(
            """
            DELETE FROM sliding_connections WHERE number IN (
                SELECT number FROM sliding_connections WHERE user_id = ?1 AND device_id = ?2 ORDER BY changed_at DESC, number DESC LIMIT -1 OFFSET ?3)
            """,
            userId.Value, deviceId.Value, (long)most - 1);
        session.Execute(
            """
            INSERT INTO sliding_connections (user_id, device_id, name, acknowledged, pending, state_terms, changed_at)
            VALUES (?1, ?2, ?3, 0, 0, '', ?4)
            """,
            userId.Value, deviceId.Value, name, now.ToUnixTimeMilliseconds());
        return session.QueryInteger("SELECT last_insert_rowid()");
    }

    static void Save(SqliteSession session, SlidingStep step, DateTimeOffset now)
    {
        var changed = session.Execute(
            "UPDATE sliding_connections SET acknowledged = ?2, pending = ?3, state_terms = ?4, changed_at = ?5 WHERE number = ?1",
            step.Connection, step.Acknowledged, step.Pending, SlidingLines.Write(step.StateTerms), now.ToUnixTimeMilliseconds());
        if (changed == 0)
            return;

        // Of what the client has come back with, the last counts; what it never got is as if it had not been.
        session.Execute("DELETE FROM sliding_rooms WHERE connection = ?1 AND state > ?2", step.Connection, step.Acknowledged);
        session.Execute(
            """
            DELETE FROM sliding_rooms WHERE connection = ?1 AND EXISTS (
                SELECT 1 FROM sliding_rooms later
                WHERE later.connection = sliding_rooms.connection AND later.room_id = sliding_rooms.room_id AND later.state > sliding_rooms.state)
            """,
            step.Connection);
        foreach (var room in step.Changes)
        {
            session.Execute(
                """
                INSERT INTO sliding_rooms (
                    connection, room_id, state, events, receipts, account_data, timeline_limit, state_terms, is_direct, members)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                """,
                step.Connection, room.RoomId.Value, step.Pending, room.Events.Value, room.Receipts.Value, room.AccountData.Value,
                (long)room.TimelineLimit, (long)room.StateTerms, room.IsDirect ? 1L : 0L, SlidingLines.Write(room.Members));
        }
    }
}
