using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>Purges of history; deletions have a file of their own.</summary>
public sealed partial class PostgresRoomRemovalStore(PostgresDatabase database) : IRoomRemovalStore
{
    public ValueTask<PurgeStep> PurgeAsync(HistoryPurge purge, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => PurgeAsync(writer.Session, purge, limit), cancellationToken);

    public async ValueTask<long> CountEventsAsync(RoomId roomId, long before, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryIntegerAsync($"SELECT COUNT(*) FROM events e WHERE e.room_id = $1 AND e.position < $2 AND {EventRow.InTimeline}", roomId.Value, before), cancellationToken) ?? 0;

    public ValueTask<long?> FindPositionAtAsync(RoomId roomId, long timestamp, long until, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryIntegerAsync(
                $"SELECT MIN(e.position) FROM events e WHERE e.room_id = $1 AND e.origin_server_ts >= $2 AND e.origin_server_ts < $3 AND {EventRow.InTimeline}",
                roomId.Value, timestamp, until),
            cancellationToken);

    public ValueTask<bool> HasMessagesAsync(RoomId roomId, long before, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async session => await session.AnyAsync(
                $"SELECT 1 FROM events e WHERE e.room_id = $1 AND e.position < $2 AND {EventRow.InTimeline} AND e.state_key IS NULL LIMIT 1",
                roomId.Value, Math.Min(before, await FirstNeededAsync(session, roomId.Value))),
            cancellationToken);

    static async Task<PurgeStep> PurgeAsync(PostgresSession session, HistoryPurge purge, int limit)
    {
        var room = purge.RoomId.Value;
        var before = Math.Min(purge.Before, await FirstNeededAsync(session, room));
        // Which values the maps of a branched room still need is not known here: of such a room only messages go.
        var branched = await session.AnyAsync("SELECT 1 FROM rooms WHERE room_id = $1 AND branched", room);
        var candidates = await session.QueryAsync(
            $"""
            SELECT e.position,
                CASE WHEN e.state_key IS NULL THEN $5::text IS NULL OR substr(e.sender, strpos(e.sender, ':') + 1) <> $5
                ELSE $5::text IS NULL AND NOT $6 AND EXISTS (
                    SELECT 1 FROM state_changes s
                    WHERE s.room_id = e.room_id AND s.type = e.type AND s.state_key = e.state_key AND s.position > e.position AND s.position < $3)
                END
            FROM events e WHERE e.room_id = $1 AND e.position < $2 AND e.position < $3 AND {EventRow.InTimeline} ORDER BY e.position DESC LIMIT $4
            """,
            static row => (Position: row.Integer(0), MayGo: row.Flag(1)),
            room, purge.From ?? long.MaxValue, before, (long)limit, purge.Keeping?.Value, branched);

        long[] purged = [.. candidates.Where(static candidate => candidate.MayGo).Select(static candidate => candidate.Position)];
        if (purged.Length > 0)
            Remove(session, room, purged);
        if (purge.Keeping is null && !branched && candidates.Count > purged.Length)
            MoveState(session, room, before, candidates.Where(static candidate => !candidate.MayGo).Select(static candidate => candidate.Position));
        return new PurgeStep(candidates.Count, purged, candidates.Count == limit ? candidates[^1].Position : null);
    }

    /// <summary>The least position that no purge may reach: of the ends of the graph, and of the latest event.</summary>
    static async Task<long> FirstNeededAsync(PostgresSession session, string room) =>
        await session.QueryIntegerAsync(
            $"""
            SELECT LEAST(
                (SELECT MIN(e.position) FROM rooms r JOIN events e ON e.event_id = ANY (string_to_array(r.forward_extremities, ' '))
                    WHERE r.room_id = $1 AND {EventRow.InTimeline}),
                COALESCE((SELECT MAX(e.position) FROM events e WHERE e.room_id = $1 AND {EventRow.InTimeline}), {EventRow.Aside}))
            """,
            room) ?? LogBand.Aside;

    static void Remove(PostgresSession session, string room, long[] positions)
    {
        session.Defer(
            """
            DELETE FROM membership_changes c USING events e
            WHERE e.position = ANY ($1) AND e.type = 'm.room.member' AND c.user_id = e.state_key AND c.room_id = e.room_id AND c.position = e.position
            """,
            Sql.Integers(positions));
        session.Defer(
            """
            DELETE FROM state_changes s USING events e
            WHERE e.position = ANY ($1) AND s.room_id = e.room_id AND s.type = e.type AND s.state_key = e.state_key AND s.position = e.position
            """,
            Sql.Integers(positions));
        session.Defer("DELETE FROM unread_events WHERE room_id = $1 AND position = ANY ($2)", room, Sql.Integers(positions));
        session.Defer("DELETE FROM message_search WHERE position = ANY ($1)", Sql.Integers(positions));
        session.Defer("DELETE FROM events WHERE position = ANY ($1)", Sql.Integers(positions));
    }

    // The maps before them name events that are gone; the map at the end of what was purged names none but those that stay.
    static void MoveState(PostgresSession session, string room, long before, IEnumerable<long> positions) => session.Defer(
        """
        UPDATE events SET state_before = (
            SELECT b.state_before FROM events b WHERE b.room_id = $1 AND b.position >= $2 ORDER BY b.position LIMIT 1)
        WHERE position = ANY ($3)
        """,
        room, before, Sql.Integers(positions));
}
