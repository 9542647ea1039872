using Hybrid.Primitives;
using Hybrid.Storage.Push;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Sqlite.Rooms;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Push;

/// <summary>Unread events in SQLite.</summary>
public sealed class SqliteUnreadStore(SqliteDatabase database) : IUnreadStore
{
    public ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) => ValueTask.FromResult(
        database.Read(static session => session.QueryInteger("SELECT position FROM unread_checkpoint") ?? 0));

    public ValueTask<UnreadRoom> ReadRoomAsync(RoomId roomId, CancellationToken cancellationToken) => ValueTask.FromResult(database.Read(session =>
    {
        var events = session.Query(
            "SELECT position, sender, thread, everyone, exceptions FROM unread_events WHERE room_id = ?1 ORDER BY position",
            Read,
            roomId.Value);
        var joins = session.Query(
            "SELECT user_id, position FROM unread_joins WHERE room_id = ?1",
            static row => KeyValuePair.Create(UserId.Parse(row.GetString(0)), row.GetInt64(1)),
            roomId.Value);
        return new UnreadRoom(events, new Dictionary<UserId, long>(joins));
    }));

    public ValueTask<IReadOnlyList<(RoomId RoomId, UnreadEvent Event)>> ReadNewestAsync(
        IReadOnlyCollection<RoomId> rooms, long before, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            SELECT position, sender, thread, everyone, exceptions, room_id FROM unread_events INDEXED BY unread_events_by_position
            WHERE position < ?2 AND room_id IN (SELECT value FROM json_each(?1)) ORDER BY position DESC LIMIT ?3
            """,
            static row => (RoomId.Parse(row.GetString(5)), Read(row)),
            JsonList.Of(rooms), before, (long)limit)));

    public ValueTask SaveAsync(long position, IReadOnlyList<UnreadChanges> changes, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute(
                "INSERT INTO unread_checkpoint (id, position) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET position = excluded.position", position);
            foreach (var room in changes)
                Save(writer.Session, room);
        },
        cancellationToken);

    static UnreadEvent Read(SqliteDataReader row) => new(
        row.GetInt64(0),
        UserId.Parse(row.GetString(1)),
        row.IsDBNull(2) ? null : EventId.Parse(row.GetString(2)),
        (UnreadWeight)row.GetInt32(3),
        UnreadExceptions.Parse(row.IsDBNull(4) ? "" : row.GetString(4)));

    static void Save(SqliteSession session, UnreadChanges room)
    {
        foreach (var unread in room.Added)
        {
            session.Execute(
                """
                INSERT INTO unread_events (room_id, position, sender, thread, everyone, exceptions) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT (room_id, position) DO UPDATE SET everyone = excluded.everyone, exceptions = excluded.exceptions
                """,
                room.RoomId.Value, unread.Position, unread.Sender.Value, unread.Thread?.Value, (long)unread.Everyone, UnreadExceptions.Format(unread.Exceptions));
        }

        foreach (var (userId, joined) in room.Joined)
        {
            session.Execute(
                "INSERT INTO unread_joins (room_id, user_id, position) VALUES (?1, ?2, ?3) ON CONFLICT (room_id, user_id) DO UPDATE SET position = excluded.position",
                room.RoomId.Value, userId.Value, joined);
        }

        foreach (var removed in room.Removed)
            session.Execute("DELETE FROM unread_events WHERE room_id = ?1 AND position = ?2", room.RoomId.Value, removed);
        if (room.KeepAfter > 0)
        {
            session.Execute("DELETE FROM unread_events WHERE room_id = ?1 AND position <= ?2", room.RoomId.Value, room.KeepAfter);
            session.Execute("DELETE FROM unread_joins WHERE room_id = ?1 AND position <= ?2", room.RoomId.Value, room.KeepAfter);
        }
    }
}
