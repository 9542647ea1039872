using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>Purges of history; deletions have a file of their own.</summary>
public sealed partial class SqliteRoomRemovalStore(SqliteDatabase database) : IRoomRemovalStore
{
    public ValueTask<PurgeStep> PurgeAsync(HistoryPurge purge, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Purge(writer.Session, purge, limit), cancellationToken);

    public ValueTask<long> CountEventsAsync(RoomId roomId, long before, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryInteger(
            $"SELECT COUNT(*) FROM events e WHERE e.room_id = ?1 AND e.position < ?2 AND {EventRow.InTimeline}", roomId.Value, before) ?? 0));

    // The unary plus keeps the index by time, and the room from being walked from its beginning.
    public ValueTask<long?> FindPositionAtAsync(RoomId roomId, long timestamp, long until, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryInteger(
            $"SELECT MIN(e.position) FROM events e WHERE e.room_id = ?1 AND e.origin_server_ts >= ?2 AND e.origin_server_ts < ?3 AND +{EventRow.InTimeline}",
            roomId.Value, timestamp, until)));

    public ValueTask<bool> HasMessagesAsync(RoomId roomId, long before, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryInteger(
            $"SELECT 1 FROM events e WHERE e.room_id = ?1 AND e.position < ?2 AND {EventRow.InTimeline} AND e.state_key IS NULL LIMIT 1",
            roomId.Value, Math.Min(before, FirstNeeded(session, roomId.Value))) is not null));

    static PurgeStep Purge(SqliteSession session, HistoryPurge purge, int limit)
    {
        var room = purge.RoomId.Value;
        var before = Math.Min(purge.Before, FirstNeeded(session, room));
        // Which values the maps of a branched room still need is not known here: of such a room only messages go.
        var branched = session.QueryInteger("SELECT branched FROM rooms WHERE room_id = ?1", room) ?? 0;
        var candidates = session.Query(
            $"""
            SELECT e.position,
                CASE WHEN e.state_key IS NULL THEN ?5 IS NULL OR substr(e.sender, instr(e.sender, ':') + 1) <> ?5
                ELSE ?5 IS NULL AND ?6 = 0 AND EXISTS (
                    SELECT 1 FROM state_changes s
                    WHERE s.room_id = e.room_id AND s.type = e.type AND s.state_key = e.state_key AND s.position > e.position AND s.position < ?3)
                END
            FROM events e WHERE e.room_id = ?1 AND e.position < ?2 AND e.position < ?3 AND {EventRow.InTimeline} ORDER BY e.position DESC LIMIT ?4
            """,
            static row => (Position: row.GetInt64(0), MayGo: row.GetInt64(1) != 0),
            room, purge.From ?? long.MaxValue, before, (long)limit, purge.Keeping?.Value, branched);

        long[] purged = [.. candidates.Where(static candidate => candidate.MayGo).Select(static candidate => candidate.Position)];
        if (purged.Length > 0)
            Remove(session, room, JsonList.Of(purged));
        if (purge.Keeping is null && branched == 0 && candidates.Count > purged.Length)
            MoveState(session, room, before, JsonList.Of(candidates.Where(static candidate => !candidate.MayGo).Select(static candidate => candidate.Position)));
        return new PurgeStep(candidates.Count, purged, candidates.Count == limit ? candidates[^1].Position : null);
    }

    /// <summary>The least position that no purge may reach: of the ends of the graph, and of the latest event.</summary>
    static long FirstNeeded(SqliteSession session, string room)
    {
        var extremities = session.QueryText("SELECT forward_extremities FROM rooms WHERE room_id = ?1", room) ?? "";
        var end = session.QueryInteger(
            $"SELECT MIN(e.position) FROM json_each(?1) wanted JOIN events e ON e.event_id = wanted.value WHERE {EventRow.InTimeline}",
            JsonList.Of(extremities.Split(' ', StringSplitOptions.RemoveEmptyEntries))) ?? long.MaxValue;
        return Math.Min(end, session.QueryInteger($"SELECT MAX(e.position) FROM events e WHERE e.room_id = ?1 AND {EventRow.InTimeline}", room) ?? LogBand.Aside);
    }

    static void Remove(SqliteSession session, string room, string positions)
    {
        session.Execute(
            """
            DELETE FROM membership_changes WHERE (user_id, room_id, position) IN (
                SELECT e.state_key, e.room_id, e.position FROM json_each(?1) wanted JOIN events e ON e.position = wanted.value
                WHERE e.type = 'm.room.member' AND e.state_key IS NOT NULL)
            """,
            positions);
        session.Execute(
            """
            DELETE FROM state_changes WHERE (room_id, type, state_key, position) IN (
                SELECT e.room_id, e.type, e.state_key, e.position FROM json_each(?1) wanted JOIN events e ON e.position = wanted.value
                WHERE e.state_key IS NOT NULL)
            """,
            positions);
        session.Execute("DELETE FROM unread_events WHERE room_id = ?1 AND position IN (SELECT value FROM json_each(?2))", room, positions);
        session.Execute("DELETE FROM message_search WHERE position IN (SELECT value FROM json_each(?1))", positions);
        session.Execute("DELETE FROM events WHERE position IN (SELECT value FROM json_each(?1))", positions);
    }

    // The maps before them name events that are gone; the map at the end of what was purged names none but those that stay.
    static void MoveState(SqliteSession session, string room, long before, string positions) => session.Execute(
        """
        UPDATE events SET state_before = (
            SELECT b.state_before FROM events b WHERE b.room_id = ?1 AND b.position >= ?2 ORDER BY b.position LIMIT 1)
        WHERE position IN (SELECT value FROM json_each(?3))
        """,
        room, before, positions);
}
