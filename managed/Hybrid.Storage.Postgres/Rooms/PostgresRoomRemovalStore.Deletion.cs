using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <content>Deletions of whole rooms.</content>
public sealed partial class PostgresRoomRemovalStore
{
    // The tables of a room that nothing else needs while it goes, each with the statement that takes up to $2 rows of the room $1.
    // Events come last, and with the last of them the room: its number must not be given out again while there are nodes under it.
    static readonly string[] Removals =
    [
        "DELETE FROM account_data WHERE ctid = ANY (ARRAY(SELECT ctid FROM account_data WHERE room_id = $1 AND room_id <> '' LIMIT $2))",
        "DELETE FROM thread_subscriptions WHERE ctid = ANY (ARRAY(SELECT ctid FROM thread_subscriptions WHERE room_id = $1 LIMIT $2))",
        "DELETE FROM receipts WHERE ctid = ANY (ARRAY(SELECT ctid FROM receipts WHERE room_id = $1 LIMIT $2))",
        "DELETE FROM unread_events WHERE ctid = ANY (ARRAY(SELECT ctid FROM unread_events WHERE room_id = $1 LIMIT $2))",
        "DELETE FROM unread_joins WHERE ctid = ANY (ARRAY(SELECT ctid FROM unread_joins WHERE room_id = $1 LIMIT $2))",
        "DELETE FROM user_directory_rooms WHERE ctid = ANY (ARRAY(SELECT ctid FROM user_directory_rooms WHERE room_id = $1 LIMIT $2))",
        "DELETE FROM message_search WHERE ctid = ANY (ARRAY(SELECT ctid FROM message_search WHERE room_id = $1 LIMIT $2))",
        "DELETE FROM room_gaps WHERE ctid = ANY (ARRAY(SELECT ctid FROM room_gaps WHERE room_id = $1 LIMIT $2))",
        "DELETE FROM state_nodes WHERE ctid = ANY (ARRAY(SELECT n.ctid FROM rooms r JOIN state_nodes n ON n.room = r.number WHERE r.room_id = $1 LIMIT $2))",
        "DELETE FROM state_changes WHERE ctid = ANY (ARRAY(SELECT ctid FROM state_changes WHERE room_id = $1 LIMIT $2))",
        "DELETE FROM events WHERE position = ANY (ARRAY(SELECT position FROM events WHERE room_id = $1 ORDER BY position LIMIT $2))",
    ];

    public ValueTask MarkDeletedAsync(RoomId roomId, CancellationToken cancellationToken) => database.WriteAsync(
        async writer =>
        {
            writer.Session.Defer("UPDATE rooms SET deleted = true, is_public = false WHERE room_id = $1", roomId.Value);
            await writer.Session.ExecuteAsync("DELETE FROM aliases WHERE room_id = $1", roomId.Value);
            await writer.Session.ExecuteAsync("DELETE FROM network_rooms WHERE room_id = $1", roomId.Value);
        },
        cancellationToken);

    public ValueTask<RemovalStep> RemoveRowsAsync(RoomId roomId, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => RemoveRowsAsync(writer.Session, roomId.Value, limit), cancellationToken);

    static async Task<RemovalStep> RemoveRowsAsync(PostgresSession session, string room, int limit)
    {
        switch (await session.QueryIntegerAsync("SELECT deleted::integer::bigint FROM rooms WHERE room_id = $1", room))
        {
            case null:
                return new RemovalStep(0, [], IsComplete: true);
            case 0:
                throw new InvalidOperationException($"The room {room} is in use; it must be marked as deleted first.");
        }

        var members = await RemoveMembersAsync(session, room, limit);
        if (members.Count > 0)
            return new RemovalStep(members.Count, members, IsComplete: false);

        foreach (var removal in Removals)
        {
            if (await session.ExecuteAsync(removal, room, (long)limit) is var removed and > 0)
                return new RemovalStep(removed, [], IsComplete: false);
        }

        // An alias may have been claimed by a request that found the room just before it was marked.
        session.Defer("DELETE FROM aliases WHERE room_id = $1", room);
        session.Defer("DELETE FROM network_rooms WHERE room_id = $1", room);
        await session.ExecuteAsync("DELETE FROM rooms WHERE room_id = $1", room);
        return new RemovalStep(0, [], IsComplete: true);
    }

    static async Task<List<UserId>> RemoveMembersAsync(PostgresSession session, string room, int limit)
    {
        var members = await session.QueryAsync(
            "SELECT state_key, position FROM state_changes WHERE room_id = $1 AND type = 'm.room.member' ORDER BY state_key, position LIMIT $2",
            static row => (User: row.Text(0), Position: row.Integer(1)), room, (long)limit);
        if (members.Count == 0)
            return [];

        string[] users = [.. members.Select(static member => member.User).Distinct()];
        long[] positions = [.. members.Select(static member => member.Position)];
        session.Defer(
            """
            DELETE FROM memberships m
            WHERE m.room_id = $1 AND m.user_id = ANY ($2) AND (m.forgotten OR NOT EXISTS (
                SELECT 1 FROM membership_changes c
                WHERE c.user_id = m.user_id AND c.room_id = m.room_id AND c.position = m.position AND c.membership IN ('leave', 'ban')))
            """,
            room, Sql.Texts(users));
        session.Defer(
            """
            DELETE FROM membership_changes c
            WHERE c.room_id = $1 AND c.user_id = ANY ($2) AND c.position = ANY ($3)
              AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = c.user_id AND m.room_id = c.room_id AND m.position = c.position)
            """,
            room, Sql.Texts(users), Sql.Integers(positions));
        await session.ExecuteAsync(
            "DELETE FROM state_changes WHERE room_id = $1 AND type = 'm.room.member' AND state_key = ANY ($2) AND position = ANY ($3)",
            room, Sql.Texts(users), Sql.Integers(positions));
        return [.. members.Select(static member => UserId.TryParse(member.User, out var user) ? user : default).Where(static user => user != default)];
    }
}
