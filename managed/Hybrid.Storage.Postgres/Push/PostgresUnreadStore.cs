using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Push;

namespace Hybrid.Storage.Postgres.Push;

/// <summary>Unread events in PostgreSQL.</summary>
public sealed class PostgresUnreadStore(PostgresDatabase database) : IUnreadStore
{
    public async ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(static session => session.QueryIntegerAsync("SELECT position FROM unread_checkpoint"), cancellationToken) ?? 0;

    public ValueTask<UnreadRoom> ReadRoomAsync(RoomId roomId, CancellationToken cancellationToken) => database.ReadAsync(
        async session =>
        {
            var events = await session.QueryAsync(
                "SELECT position, sender, thread, everyone, exceptions FROM unread_events WHERE room_id = $1 ORDER BY position",
                Read,
                roomId.Value);
            var joins = await session.QueryAsync(
                "SELECT user_id, position FROM unread_joins WHERE room_id = $1",
                static row => KeyValuePair.Create(UserId.Parse(row.Text(0)), row.Integer(1)),
                roomId.Value);
            return new UnreadRoom(events, new Dictionary<UserId, long>(joins));
        },
        cancellationToken);

    public async ValueTask<IReadOnlyList<(RoomId RoomId, UnreadEvent Event)>> ReadNewestAsync(
        IReadOnlyCollection<RoomId> rooms, long before, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT position, sender, thread, everyone, exceptions, room_id FROM unread_events
                WHERE position < $2 AND room_id = ANY ($1) ORDER BY position DESC LIMIT $3
                """,
                static row => (RoomId.Parse(row.Text(5)), Read(row)),
                Sql.Texts(rooms.Select(static room => room.Value)), before, (long)limit),
            cancellationToken);

    public ValueTask SaveAsync(long position, IReadOnlyList<UnreadChanges> changes, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Defer(
                "INSERT INTO unread_checkpoint (id, position) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET position = excluded.position", position);
            foreach (var room in changes)
                Save(writer.Session, room);
            return Task.CompletedTask;
        },
        cancellationToken);

    static UnreadEvent Read(Row row) => new(
        row.Integer(0),
        UserId.Parse(row.Text(1)),
        row.IsNull(2) ? null : EventId.Parse(row.Text(2)),
        (UnreadWeight)row.Integer(3),
        UnreadExceptions.Parse(row.OptionalText(4) ?? ""));

    static void Save(PostgresSession session, UnreadChanges room)
    {
        if (room.Added.Count > 0)
        {
            var added = room.Added.GroupBy(static unread => unread.Position).Select(static same => same.Last()).ToList();
            session.Defer(
                """
                INSERT INTO unread_events (room_id, position, sender, thread, everyone, exceptions)
                SELECT $1, u.position, u.sender, u.thread, u.everyone, u.exceptions
                FROM unnest($2, $3, $4, $5, $6) AS u (position, sender, thread, everyone, exceptions)
                ON CONFLICT (room_id, position) DO UPDATE SET everyone = excluded.everyone, exceptions = excluded.exceptions
                """,
                room.RoomId.Value,
                Sql.Integers(added.Select(static unread => unread.Position)),
                Sql.Texts(added.Select(static unread => unread.Sender.Value)),
                Sql.Texts(added.Select(static unread => unread.Thread?.Value)),
                Sql.Integers(added.Select(static unread => (long)unread.Everyone)),
                Sql.Texts(added.Select(static unread => UnreadExceptions.Format(unread.Exceptions))));
        }

        if (room.Joined.Count > 0)
        {
            session.Defer(
                """
                INSERT INTO unread_joins (room_id, user_id, position) SELECT $1, j.user_id, j.position FROM unnest($2, $3) AS j (user_id, position)
                ON CONFLICT (room_id, user_id) DO UPDATE SET position = excluded.position
                """,
                room.RoomId.Value, Sql.Texts(room.Joined.Keys.Select(static user => user.Value)), Sql.Integers(room.Joined.Values));
        }

        if (room.Removed.Count > 0)
            session.Defer("DELETE FROM unread_events WHERE room_id = $1 AND position = ANY ($2)", room.RoomId.Value, Sql.Integers(room.Removed));
        if (room.KeepAfter > 0)
        {
            session.Defer("DELETE FROM unread_events WHERE room_id = $1 AND position <= $2", room.RoomId.Value, room.KeepAfter);
            session.Defer("DELETE FROM unread_joins WHERE room_id = $1 AND position <= $2", room.RoomId.Value, room.KeepAfter);
        }
    }
}
