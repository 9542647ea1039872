using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>Memberships by user. They are written with the member events, by <see cref="PostgresRoomStore"/>.</summary>
public sealed class PostgresMembershipStore(PostgresDatabase database) : IMembershipStore
{
    public async ValueTask<IReadOnlyList<MembershipRecord>> ReadMembershipsAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT c.user_id, c.room_id, c.membership, c.event_id, c.sender, c.position, m.forgotten
                FROM memberships m JOIN membership_changes c ON c.user_id = m.user_id AND c.room_id = m.room_id AND c.position = m.position
                WHERE m.user_id = $1
                """,
                Read, userId.Value),
            cancellationToken);

    public async ValueTask<IReadOnlyList<MembershipRecord>> ReadMembershipChangesAsync(
        UserId userId, long after, long upTo, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT user_id, room_id, membership, event_id, sender, position, false
                FROM membership_changes WHERE user_id = $1 AND position > $2 AND position <= $3 ORDER BY position
                """,
                Read, userId.Value, after, upTo),
            cancellationToken);

    public async ValueTask<IReadOnlyList<MembershipRecord>> ReadMembershipHistoryAsync(
        UserId userId, RoomId roomId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT user_id, room_id, membership, event_id, sender, position, false
                FROM membership_changes WHERE user_id = $1 AND room_id = $2 ORDER BY position
                """,
                Read, userId.Value, roomId.Value),
            cancellationToken);

    public async ValueTask<IReadOnlyList<RoomId>> ReadRoomsOfServerAsync(ServerName server, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT DISTINCT m.room_id
                FROM memberships m JOIN membership_changes c ON c.user_id = m.user_id AND c.room_id = m.room_id AND c.position = m.position
                WHERE substr(m.user_id, strpos(m.user_id, ':') + 1) = $1 AND c.membership = 'join'
                """,
                static row => RoomId.Parse(row.Text(0)), server.Value),
            cancellationToken);

    // One look into the index for each server, however many users it has.
    public async ValueTask<IReadOnlyList<ServerName>> ReadServersAsync(ServerName? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                WITH RECURSIVE servers (server) AS (
                    SELECT min(substr(user_id, strpos(user_id, ':') + 1)) FROM memberships WHERE substr(user_id, strpos(user_id, ':') + 1) > $1
                    UNION ALL
                    SELECT (SELECT min(substr(user_id, strpos(user_id, ':') + 1)) FROM memberships WHERE substr(user_id, strpos(user_id, ':') + 1) > server)
                    FROM servers WHERE server IS NOT NULL
                )
                SELECT server FROM servers WHERE server IS NOT NULL LIMIT $2
                """,
                static row => ServerName.Parse(row.Text(0)), after?.Value ?? "", (long)limit),
            cancellationToken);

    public ValueTask<bool> IsServerKnownAsync(ServerName server, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.AnyAsync("SELECT 1 FROM memberships WHERE substr(user_id, strpos(user_id, ':') + 1) = $1 LIMIT 1", server.Value),
            cancellationToken);

    // Checked here once more: the user may have come back since the caller looked.
    public async ValueTask ForgetAsync(UserId userId, RoomId roomId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            """
            UPDATE memberships AS m SET forgotten = true
            WHERE m.user_id = $1 AND m.room_id = $2 AND EXISTS (
                SELECT 1 FROM membership_changes c
                WHERE c.user_id = m.user_id AND c.room_id = m.room_id AND c.position = m.position AND c.membership IN ('leave', 'ban'))
            """,
            [userId.Value, roomId.Value], cancellationToken);

    static MembershipRecord Read(Row row) => new(
        UserId.Parse(row.Text(0)), RoomId.Parse(row.Text(1)), row.Text(2), EventId.Parse(row.Text(3)),
        UserId.Parse(row.Text(4)), row.Integer(5), row.Flag(6));
}
