using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <content>Deletions of whole rooms.</content>
public sealed partial class SqliteRoomRemovalStore
{
    // The tables of a room that nothing else needs while it goes, each with the statement that takes up to ?2 rows of the room ?1.
    // Events come last, and with the last of them the room: its number must not be given out again while there are nodes under it.
    static readonly string[] Removals =
    [
        "DELETE FROM account_data WHERE (user_id, room_id, type) IN (SELECT user_id, room_id, type FROM account_data WHERE room_id = ?1 AND room_id <> '' LIMIT ?2)",
        """
        DELETE FROM thread_subscriptions WHERE (user_id, room_id, root_id) IN (
            SELECT user_id, room_id, root_id FROM thread_subscriptions WHERE room_id = ?1 LIMIT ?2)
        """,
        "DELETE FROM receipts WHERE (room_id, user_id, type, thread_id) IN (SELECT room_id, user_id, type, thread_id FROM receipts WHERE room_id = ?1 LIMIT ?2)",
        "DELETE FROM unread_events WHERE room_id = ?1 AND position IN (SELECT position FROM unread_events WHERE room_id = ?1 LIMIT ?2)",
        "DELETE FROM unread_joins WHERE room_id = ?1 AND user_id IN (SELECT user_id FROM unread_joins WHERE room_id = ?1 LIMIT ?2)",
        "DELETE FROM user_directory_rooms WHERE room_id IN (SELECT room_id FROM user_directory_rooms WHERE room_id = ?1 LIMIT ?2)",
        "DELETE FROM message_search WHERE position IN (SELECT position FROM message_search WHERE room_id = ?1 LIMIT ?2)",
        "DELETE FROM room_gaps WHERE (room_id, event_id) IN (SELECT room_id, event_id FROM room_gaps WHERE room_id = ?1 LIMIT ?2)",
        "DELETE FROM state_nodes WHERE rowid IN (SELECT n.rowid FROM rooms r JOIN state_nodes n ON n.room = r.number WHERE r.room_id = ?1 LIMIT ?2)",
        """
        DELETE FROM state_changes WHERE (room_id, type, state_key, position) IN (
            SELECT room_id, type, state_key, position FROM state_changes WHERE room_id = ?1 LIMIT ?2)
        """,
        "DELETE FROM events WHERE position IN (SELECT position FROM events WHERE room_id = ?1 ORDER BY position LIMIT ?2)",
    ];

    public ValueTask MarkDeletedAsync(RoomId roomId, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute("UPDATE rooms SET deleted = 1, is_public = 0 WHERE room_id = ?1", roomId.Value);
            writer.Session.Execute("DELETE FROM aliases WHERE room_id = ?1", roomId.Value);
            writer.Session.Execute("DELETE FROM network_rooms WHERE room_id = ?1", roomId.Value);
        },
        cancellationToken);

    public ValueTask<RemovalStep> RemoveRowsAsync(RoomId roomId, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => RemoveRows(writer.Session, roomId.Value, limit), cancellationToken);

    static RemovalStep RemoveRows(SqliteSession session, string room, int limit)
    {
        switch (session.QueryInteger("SELECT deleted FROM rooms WHERE room_id = ?1", room))
        {
            case null:
                return new RemovalStep(0, [], IsComplete: true);
            case 0:
                throw new InvalidOperationException($"The room {room} is in use; it must be marked as deleted first.");
        }

        var members = RemoveMembers(session, room, limit);
        if (members.Count > 0)
            return new RemovalStep(members.Count, members, IsComplete: false);

        foreach (var removal in Removals)
        {
            if (session.Execute(removal, room, (long)limit) is var removed and > 0)
                return new RemovalStep(removed, [], IsComplete: false);
        }

        // An alias may have been claimed by a request that found the room just before it was marked.
        session.Execute("DELETE FROM aliases WHERE room_id = ?1", room);
        session.Execute("DELETE FROM network_rooms WHERE room_id = ?1", room);
        session.Execute("DELETE FROM rooms WHERE room_id = ?1", room);
        return new RemovalStep(0, [], IsComplete: true);
    }

    static List<UserId> RemoveMembers(SqliteSession session, string room, int limit)
    {
        var members = session.Query(
            "SELECT state_key, position FROM state_changes WHERE room_id = ?1 AND type = 'm.room.member' ORDER BY state_key, position LIMIT ?2",
            static row => (User: row.GetString(0), Position: row.GetInt64(1)), room, (long)limit);
        if (members.Count == 0)
            return [];

        var users = JsonList.Of(members.Select(static member => member.User).Distinct());
        session.Execute(
            """
            DELETE FROM memberships AS m
            WHERE m.room_id = ?1 AND m.user_id IN (SELECT value FROM json_each(?2)) AND (m.forgotten = 1 OR NOT EXISTS (
                SELECT 1 FROM membership_changes c
                WHERE c.user_id = m.user_id AND c.room_id = m.room_id AND c.position = m.position AND c.membership IN ('leave', 'ban')))
            """,
            room, users);
        var positions = JsonList.Of(members.Select(static member => member.Position));
        session.Execute(
            """
            DELETE FROM membership_changes AS c
            WHERE c.room_id = ?1 AND c.user_id IN (SELECT value FROM json_each(?2)) AND c.position IN (SELECT value FROM json_each(?3))
              AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = c.user_id AND m.room_id = c.room_id AND m.position = c.position)
            """,
            room, users, positions);
        session.Execute(
            """
            DELETE FROM state_changes WHERE room_id = ?1 AND type = 'm.room.member'
              AND state_key IN (SELECT value FROM json_each(?2)) AND position IN (SELECT value FROM json_each(?3))
            """,
            room, users, positions);
        return [.. members.Select(static member => UserId.TryParse(member.User, out var user) ? user : default).Where(static user => user != default)];
    }
}
