using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Sliding;

namespace Hybrid.Storage.Postgres.Sliding;

/// <summary>Connections of sliding sync in PostgreSQL: tables <c>sliding_connections</c> and <c>sliding_rooms</c>.</summary>
public sealed class PostgresSlidingSyncStore(PostgresDatabase database) : ISlidingSyncStore
{
    public ValueTask<SlidingConnectionRecord?> FindAsync(UserId userId, DeviceId deviceId, string name, CancellationToken cancellationToken) =>
        database.ReadAsync(session => FindAsync(session, userId, deviceId, name), cancellationToken);

    public ValueTask<long?> StartAsync(
        UserId userId, DeviceId deviceId, string name, DateTimeOffset now, DateTimeOffset unusedSince, int most, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => StartAsync(writer.Session, userId, deviceId, name, now, unusedSince, most), cancellationToken);

    public ValueTask SaveAsync(SlidingStep step, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => SaveAsync(writer.Session, step, now), cancellationToken);

    public async ValueTask<IReadOnlyList<KeyValuePair<RoomId, long>>> ReadActivityAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT m.room_id, (SELECT e.position FROM events e WHERE e.room_id = m.room_id AND e.position > 0 ORDER BY e.position DESC LIMIT 1)
                FROM memberships m WHERE m.user_id = $1
                """,
                static row => KeyValuePair.Create(RoomId.Parse(row.Text(0)), row.OptionalInteger(1) ?? 0),
                userId.Value),
            cancellationToken);

    static async Task<SlidingConnectionRecord?> FindAsync(PostgresSession session, UserId userId, DeviceId deviceId, string name)
    {
        var connection = await session.QueryFirstAsync(
            "SELECT number, acknowledged, pending, state_terms FROM sliding_connections WHERE user_id = $1 AND device_id = $2 AND name = $3",
            static row => new SlidingConnectionRecord(row.Integer(0), row.Integer(1), row.Integer(2), SlidingLines.Read(row.Text(3))),
            userId.Value, deviceId.Value, name);
        return connection is null ? null : SlidingLines.Assemble(connection, await session.QueryAsync(
            """
            SELECT state, room_id, events, receipts, account_data, timeline_limit, state_terms, is_direct, members
            FROM sliding_rooms WHERE connection = $1 ORDER BY state
            """,
            ReadRoom, connection.Number));
    }

    static (long State, SlidingRoom Room) ReadRoom(Row row) => (row.Integer(0), new SlidingRoom(RoomId.Parse(row.Text(1)))
    {
        Events = new SentMark(row.Integer(2)),
        Receipts = new SentMark(row.Integer(3)),
        AccountData = new SentMark(row.Integer(4)),
        TimelineLimit = (int)row.Integer(5),
        StateTerms = (int)row.Integer(6),
        IsDirect = row.Flag(7),
        Members = SlidingLines.Read(row.Text(8)),
    });

    static async Task<long?> StartAsync(
        PostgresSession session, UserId userId, DeviceId deviceId, string name, DateTimeOffset now, DateTimeOffset unusedSince, int most)
    {
        if (!await session.AnyAsync("SELECT 1 FROM devices WHERE user_id = $1 AND device_id = $2", userId.Value, deviceId.Value))
            return null;

        session.Defer("DELETE FROM sliding_connections WHERE changed_at < $1", unusedSince.ToUnixTimeMilliseconds());
        session.Defer(
            "DELETE FROM sliding_connections WHERE user_id = $1 AND device_id = $2 AND name = $3", userId.Value, deviceId.Value, name);
        session.Defer(
            """
            DELETE FROM sliding_connections WHERE number IN (
                SELECT number FROM sliding_connections WHERE user_id = $1 AND device_id = $2 ORDER BY changed_at DESC, number DESC OFFSET $3)
            """,
            userId.Value, deviceId.Value, (long)most - 1);
        return await session.QueryIntegerAsync(
            """
            INSERT INTO sliding_connections (user_id, device_id, name, acknowledged, pending, state_terms, changed_at)
            VALUES ($1, $2, $3, 0, 0, '', $4) RETURNING number
            """,
            userId.Value, deviceId.Value, name, now.ToUnixTimeMilliseconds());
    }

    static async Task SaveAsync(PostgresSession session, SlidingStep step, DateTimeOffset now)
    {
        var changed = await session.ExecuteAsync(
            "UPDATE sliding_connections SET acknowledged = $2, pending = $3, state_terms = $4, changed_at = $5 WHERE number = $1",
            step.Connection, step.Acknowledged, step.Pending, SlidingLines.Write(step.StateTerms), now.ToUnixTimeMilliseconds());
        if (changed == 0)
            return;

        // Of what the client has come back with, the last counts; what it never got is as if it had not been.
        session.Defer("DELETE FROM sliding_rooms WHERE connection = $1 AND state > $2", step.Connection, step.Acknowledged);
        session.Defer(
            """
            DELETE FROM sliding_rooms WHERE connection = $1 AND EXISTS (
                SELECT 1 FROM sliding_rooms later
                WHERE later.connection = sliding_rooms.connection AND later.room_id = sliding_rooms.room_id AND later.state > sliding_rooms.state)
            """,
            step.Connection);
        var rooms = step.Changes;
        session.Defer(
            """
            INSERT INTO sliding_rooms (connection, room_id, state, events, receipts, account_data, timeline_limit, state_terms, is_direct, members)
            SELECT $1, r.room_id, $2, r.events, r.receipts, r.account_data, r.timeline_limit, r.state_terms, r.is_direct, r.members
            FROM unnest($3, $4, $5, $6, $7, $8, $9, $10)
                AS r (room_id, events, receipts, account_data, timeline_limit, state_terms, is_direct, members)
            """,
            step.Connection, step.Pending, Sql.Texts(rooms.Select(static room => room.RoomId.Value)),
            Sql.Integers(rooms.Select(static room => room.Events.Value)), Sql.Integers(rooms.Select(static room => room.Receipts.Value)),
            Sql.Integers(rooms.Select(static room => room.AccountData.Value)), Sql.Integers(rooms.Select(static room => (long)room.TimelineLimit)),
            Sql.Integers(rooms.Select(static room => (long)room.StateTerms)), Sql.Flags(rooms.Select(static room => room.IsDirect)),
            Sql.Texts(rooms.Select(static room => SlidingLines.Write(room.Members))));
    }
}
