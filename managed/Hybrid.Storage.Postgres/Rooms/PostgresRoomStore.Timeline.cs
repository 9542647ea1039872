using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <content>Pages of the log.</content>
public sealed partial class PostgresRoomStore
{
    // How many events one filtered page looks at: a filter that matches little ends the page early, with a place to go on from.
    const int ScanLimit = 20_000;

    const string RangeSql = $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = $1 AND e.position > $2 AND e.position <= $3";

    const string FilterSql = $"""
         AND ($5::text[] IS NULL OR e.type LIKE ANY ($5))
         AND ($6::text[] IS NULL OR NOT e.type LIKE ANY ($6))
         AND ($7::text[] IS NULL OR e.sender = ANY ($7))
         AND ($8::text[] IS NULL OR NOT e.sender = ANY ($8))
         AND ($9::boolean IS NULL OR $9 = COALESCE(jsonb_typeof({EventRow.Json} #> '{UrlPath}') = 'string', false))
         AND (($10::text[] IS NULL AND $11::text[] IS NULL) OR EXISTS (
            SELECT 1 FROM events r
            WHERE r.relates_to = e.event_id
              AND ($10::text[] IS NULL OR r.sender = ANY ($10))
              AND ($11::text[] IS NULL OR r.relation_type = ANY ($11))))
        """;

    const string UrlPath = "{content,url}";

    public async ValueTask<IReadOnlyList<StoredEvent>> ReadLogAsync(long after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                $"SELECT {EventRow.Columns} FROM events e WHERE e.position > $1 ORDER BY e.position LIMIT $2", EventRow.Read, Math.Max(after, 0), (long)limit),
            cancellationToken);

    public ValueTask<TimelinePage> ReadTimelineAsync(TimelineQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync(session => query.IsFiltered ? ReadFilteredAsync(session, query) : ReadPlainAsync(session, query), cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> ReadByTimeAsync(
        RoomId roomId, long timestamp, bool backwards, int skip, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                backwards
                    ? $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = $1 AND e.origin_server_ts <= $2 AND {EventRow.InTimeline} ORDER BY e.origin_server_ts DESC, e.position DESC LIMIT $3 OFFSET $4"
                    : $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = $1 AND e.origin_server_ts >= $2 AND {EventRow.InTimeline} ORDER BY e.origin_server_ts, e.position LIMIT $3 OFFSET $4",
                EventRow.Read, roomId.Value, timestamp, (long)limit, (long)skip),
            cancellationToken);

    static async Task<TimelinePage> ReadPlainAsync(PostgresSession session, TimelineQuery query)
    {
        var (after, upTo) = Range(query.From, query.To, query.Backwards);
        var events = await session.QueryAsync(
            query.Backwards ? $"{RangeSql} ORDER BY e.position DESC LIMIT $4" : $"{RangeSql} ORDER BY e.position LIMIT $4",
            EventRow.Read, query.RoomId.Value, after, upTo, query.Limit + 1L);
        return Page(events, query.Limit, null);
    }

    static async Task<TimelinePage> ReadFilteredAsync(PostgresSession session, TimelineQuery query)
    {
        var (after, upTo) = Range(query.From, query.To, query.Backwards);
        var scanEnd = await session.QueryIntegerAsync(
            query.Backwards
                ? "SELECT position FROM events WHERE room_id = $1 AND position > $2 AND position <= $3 ORDER BY position DESC LIMIT 1 OFFSET $4"
                : "SELECT position FROM events WHERE room_id = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT 1 OFFSET $4",
            query.RoomId.Value, after, upTo, (long)ScanLimit);
        if (scanEnd is { } end)
            (after, upTo) = query.Backwards ? (end - 1, upTo) : (after, end);

        var events = await session.QueryAsync(
            query.Backwards
                ? $"{RangeSql}{FilterSql} ORDER BY e.position DESC LIMIT $4"
                : $"{RangeSql}{FilterSql} ORDER BY e.position LIMIT $4",
            EventRow.Read, query.RoomId.Value, after, upTo, query.Limit + 1L,
            Sql.OptionalTexts(query.Types?.Select(TypePattern)), Sql.OptionalTexts(query.NotTypes?.Select(TypePattern)),
            Sql.OptionalTexts(query.Senders?.Select(static user => user.Value)), Sql.OptionalTexts(query.NotSenders?.Select(static user => user.Value)),
            Sql.Optional(query.ContainsUrl),
            Sql.OptionalTexts(query.RelatedBySenders?.Select(static user => user.Value)), Sql.OptionalTexts(query.RelatedByTypes));
        return Page(events, query.Limit, scanEnd);
    }

    /// <summary>A filter type, in which only <c>*</c> is special, as a pattern of LIKE.</summary>
    static string TypePattern(string type) => type
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal)
        .Replace("_", @"\_", StringComparison.Ordinal)
        .Replace('*', '%');

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
