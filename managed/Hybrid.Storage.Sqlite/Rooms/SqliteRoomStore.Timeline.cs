using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <content>Pages of the log.</content>
public sealed partial class SqliteRoomStore
{
    // How many events one filtered page looks at: a filter that matches little ends the page early, with a place to go on from.
    const int ScanLimit = 20_000;

    const string RangeSql = $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = ?1 AND e.position > ?2 AND e.position <= ?3";

    const string FilterSql = """
         AND (?5 IS NULL OR EXISTS (SELECT 1 FROM json_each(?5) WHERE e.type GLOB value))
         AND (?6 IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(?6) WHERE e.type GLOB value))
         AND (?7 IS NULL OR e.sender IN (SELECT value FROM json_each(?7)))
         AND (?8 IS NULL OR e.sender NOT IN (SELECT value FROM json_each(?8)))
         AND (?9 IS NULL OR ?9 = (json_type(CAST(e.json AS TEXT), '$.content.url') IS 'text'))
         AND ((?10 IS NULL AND ?11 IS NULL) OR EXISTS (
            SELECT 1 FROM events r
            WHERE r.relates_to = e.event_id
              AND (?10 IS NULL OR r.sender IN (SELECT value FROM json_each(?10)))
              AND (?11 IS NULL OR r.relation_type IN (SELECT value FROM json_each(?11)))))
        """;

    public ValueTask<IReadOnlyList<StoredEvent>> ReadLogAsync(long after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            $"SELECT {EventRow.Columns} FROM events e WHERE e.position > ?1 ORDER BY e.position LIMIT ?2", EventRow.Read, Math.Max(after, 0), (long)limit)));

    public ValueTask<TimelinePage> ReadTimelineAsync(TimelineQuery query, CancellationToken cancellationToken) =>
        new(database.Read(session => query.IsFiltered ? ReadFiltered(session, query) : ReadPlain(session, query)));

    public ValueTask<IReadOnlyList<StoredEvent>> ReadByTimeAsync(
        RoomId roomId, long timestamp, bool backwards, int skip, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            backwards
                ? $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = ?1 AND e.origin_server_ts <= ?2 AND {EventRow.InTimeline} ORDER BY e.origin_server_ts DESC, e.position DESC LIMIT ?3 OFFSET ?4"
                : $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = ?1 AND e.origin_server_ts >= ?2 AND {EventRow.InTimeline} ORDER BY e.origin_server_ts, e.position LIMIT ?3 OFFSET ?4",
            EventRow.Read, roomId.Value, timestamp, (long)limit, (long)skip)));

    static TimelinePage ReadPlain(SqliteSession session, TimelineQuery query)
    {
        var (after, upTo) = Range(query.From, query.To, query.Backwards);
        var events = session.Query(
            query.Backwards ? $"{RangeSql} ORDER BY e.position DESC LIMIT ?4" : $"{RangeSql} ORDER BY e.position LIMIT ?4",
            EventRow.Read, query.RoomId.Value, after, upTo, query.Limit + 1L);
        return Page(events, query.Limit, null);
    }

    static TimelinePage ReadFiltered(SqliteSession session, TimelineQuery query)
    {
        var (after, upTo) = Range(query.From, query.To, query.Backwards);
        var scanEnd = session.QueryInteger(
            query.Backwards
                ? "SELECT position FROM events WHERE room_id = ?1 AND position > ?2 AND position <= ?3 ORDER BY position DESC LIMIT 1 OFFSET ?4"
                : "SELECT position FROM events WHERE room_id = ?1 AND position > ?2 AND position <= ?3 ORDER BY position LIMIT 1 OFFSET ?4",
            query.RoomId.Value, after, upTo, (long)ScanLimit);
        if (scanEnd is { } end)
            (after, upTo) = query.Backwards ? (end - 1, upTo) : (after, end);

        var events = session.Query(
            query.Backwards
                ? $"{RangeSql}{FilterSql} ORDER BY e.position DESC LIMIT ?4"
                : $"{RangeSql}{FilterSql} ORDER BY e.position LIMIT ?4",
            EventRow.Read, query.RoomId.Value, after, upTo, query.Limit + 1L,
            JsonList.OfTypePatterns(query.Types), JsonList.OfTypePatterns(query.NotTypes),
            JsonList.OfOptional(query.Senders), JsonList.OfOptional(query.NotSenders),
            query.ContainsUrl is { } containsUrl ? containsUrl ? 1L : 0L : null,
            JsonList.OfOptional(query.RelatedBySenders), query.RelatedByTypes is { } types ? JsonList.Of(types) : null);
        return Page(events, query.Limit, scanEnd);
    }

    /// <summary>The bounds of a query as (exclusive lower, inclusive upper). What is aside is below all of them.</summary>
    static (long After, long UpTo) Range(long from, long? to, bool backwards) => backwards
        ? (Math.Max(to ?? TimelineQuery.Beginning, TimelineQuery.Beginning), from - 1)
        : (Math.Max(from, TimelineQuery.Beginning), to ?? long.MaxValue);

    // One more than asked for was read: if it came, the last one shown is where the next page starts.
    static TimelinePage Page(List<StoredEvent> events, int limit, long? scanEnd)
    {
        if (events.Count <= limit)
            return new TimelinePage(events, scanEnd);

        events.RemoveAt(limit);
        return new TimelinePage(events, limit > 0 ? events[^1].Position : null);
    }
}
