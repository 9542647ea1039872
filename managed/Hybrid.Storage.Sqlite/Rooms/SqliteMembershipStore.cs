using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>Memberships by user. They are written with the member events, by <see cref="SqliteRoomStore"/>.</summary>
public sealed class SqliteMembershipStore(SqliteDatabase database) : IMembershipStore
{
    public ValueTask<IReadOnlyList<MembershipRecord>> ReadMembershipsAsync(UserId userId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            SELECT c.user_id, c.room_id, c.membership, c.event_id, c.sender, c.position, m.forgotten
            FROM memberships m JOIN membership_changes c ON c.user_id = m.user_id AND c.room_id = m.room_id AND c.position = m.position
            WHERE m.user_id = ?1
            """,
            Read, userId.Value)));

    public ValueTask<IReadOnlyList<MembershipRecord>> ReadMembershipChangesAsync(
        UserId userId, long after, long upTo, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            SELECT user_id, room_id, membership, event_id, sender, position, 0
            FROM membership_changes WHERE user_id = ?1 AND position > ?2 AND position <= ?3 ORDER BY position
            """,
            Read, userId.Value, after, upTo)));

    public ValueTask<IReadOnlyList<MembershipRecord>> ReadMembershipHistoryAsync(
        UserId userId, RoomId roomId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            SELECT user_id, room_id, membership, event_id, sender, position, 0
            FROM membership_changes WHERE user_id = ?1 AND room_id = ?2 ORDER BY position
            """,
            Read, userId.Value, roomId.Value)));

    public ValueTask<IReadOnlyList<RoomId>> ReadRoomsOfServerAsync(ServerName server, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            SELECT DISTINCT m.room_id
            FROM memberships m JOIN membership_changes c ON c.user_id = m.user_id AND c.room_id = m.room_id AND c.position = m.position
            WHERE substr(m.user_id, instr(m.user_id, ':') + 1) = ?1 AND c.membership = 'join'
            """,
            static row => RoomId.Parse(row.GetString(0)), server.Value)));

    // One look into the index for each server, however many users it has.
    public ValueTask<IReadOnlyList<ServerName>> ReadServersAsync(ServerName? after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            WITH RECURSIVE servers (server) AS (
                SELECT min(substr(user_id, instr(user_id, ':') + 1)) FROM memberships WHERE substr(user_id, instr(user_id, ':') + 1) > ?1
                UNION ALL
                SELECT (SELECT min(substr(user_id, instr(user_id, ':') + 1)) FROM memberships WHERE substr(user_id, instr(user_id, ':') + 1) > server)
                FROM servers WHERE server IS NOT NULL
            )
            SELECT server FROM servers WHERE server IS NOT NULL LIMIT ?2
            """,
            static row => ServerName.Parse(row.GetString(0)), after?.Value ?? "", (long)limit)));

    public ValueTask<bool> IsServerKnownAsync(ServerName server, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryInteger(
            "SELECT 1 FROM memberships WHERE substr(user_id, instr(user_id, ':') + 1) = ?1 LIMIT 1", server.Value)) is not null);

    // Checked here once more: the user may have come back since the caller looked.
    public ValueTask ForgetAsync(UserId userId, RoomId roomId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute(
                    """
                    UPDATE memberships AS m SET forgotten = 1
                    WHERE m.user_id = ?1 AND m.room_id = ?2 AND EXISTS (
                        SELECT 1 FROM membership_changes c
                        WHERE c.user_id = m.user_id AND c.room_id = m.room_id AND c.position = m.position AND c.membership IN ('leave', 'ban'))
                    """,
                    userId.Value, roomId.Value);
            },
            cancellationToken);

    static MembershipRecord Read(SqliteDataReader row) => new(
        UserId.Parse(row.GetString(0)), RoomId.Parse(row.GetString(1)), row.GetString(2), EventId.Parse(row.GetString(3)),
        UserId.Parse(row.GetString(4)), row.GetInt64(5), row.GetInt64(6) != 0);
}
