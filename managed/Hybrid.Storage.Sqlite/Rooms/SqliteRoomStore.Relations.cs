using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <content>Events that relate to others.</content>
public sealed partial class SqliteRoomStore
{
    const int MaxReferences = 100;

    const string TreeSql = $"""
        WITH RECURSIVE tree (event_id, position, depth) AS (
            SELECT event_id, position, 1 FROM events WHERE relates_to = ?1
            UNION
            SELECT c.event_id, c.position, tree.depth + 1 FROM tree JOIN events c ON c.relates_to = tree.event_id WHERE tree.depth < ?7
        )
        SELECT {EventRow.Columns} FROM (SELECT DISTINCT position FROM tree) t JOIN events e ON e.position = t.position
        WHERE e.position > ?2 AND e.position <= ?3 AND (?5 IS NULL OR e.relation_type = ?5) AND (?6 IS NULL OR e.type = ?6)
        """;

    // Of several valid edits the one that claims to be the latest wins, then the greatest event ID.
    const string ReplacementsSql = $"""
        SELECT {EventRow.Columns}, MAX(format('%016d%s', e.origin_server_ts, e.event_id)) FROM json_each(?1) wanted
        JOIN events p ON p.event_id = wanted.value
        JOIN events e ON e.relates_to = p.event_id AND e.relation_type = 'm.replace'
        WHERE e.sender = p.sender AND e.type = p.type AND e.room_id = p.room_id AND e.state_key IS NULL AND p.state_key IS NULL
          AND p.relation_type IS NOT 'm.replace' AND p.redacted_by IS NULL
          AND (e.type = 'm.room.encrypted' OR json_type(CAST(e.json AS TEXT), '$.content."m.new_content"') = 'object')
        GROUP BY p.event_id
        """;

    public ValueTask<TimelinePage> ReadRelationsAsync(RelationQuery query, CancellationToken cancellationToken)
    {
        var (after, upTo) = Range(query.From, query.To, query.Backwards);
        return new ValueTask<TimelinePage>(database.Read(session => Page(
            session.Query(
                query.Backwards ? $"{TreeSql} ORDER BY e.position DESC LIMIT ?4" : $"{TreeSql} ORDER BY e.position LIMIT ?4",
                EventRow.Read, query.Parent.Value, after, upTo, query.Limit + 1L, query.RelationType, query.EventType, (long)query.Depth),
            query.Limit,
            null)));
    }

    public ValueTask<IReadOnlyList<RelationSummary>> ReadRelationSummariesAsync(
        IReadOnlyCollection<EventId> parents, IReadOnlyCollection<UserId> ignored, CancellationToken cancellationToken) =>
        new(parents.Count == 0
            ? []
            : database.Read(session => Summarize(session, JsonList.Of(parents), ignored.Count == 0 ? null : JsonList.Of(ignored))));

    public ValueTask<IReadOnlyList<StoredEvent>> FindAnnotationsAsync(
        EventId parent, UserId sender, string type, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            $"""
            SELECT {EventRow.Columns} FROM events e INDEXED BY annotations_by_sender
            WHERE e.relates_to = ?1 AND e.sender = ?2 AND e.type = ?3 AND e.relation_type = 'm.annotation' AND e.redacted_by IS NULL
            """,
            EventRow.Read, parent.Value, sender.Value, type)));

    public ValueTask<IReadOnlySet<EventId>> FindParticipatedThreadsAsync(
        IReadOnlyCollection<EventId> roots, UserId userId, CancellationToken cancellationToken) =>
        new(roots.Count == 0
            ? new HashSet<EventId>()
            : database.Read(session => session.Query(
                """
                SELECT wanted.value FROM json_each(?1) wanted
                WHERE EXISTS (SELECT 1 FROM events p WHERE p.event_id = wanted.value AND p.sender = ?2)
                   OR EXISTS (SELECT 1 FROM events e WHERE e.relates_to = wanted.value AND e.relation_type = 'm.thread' AND e.sender = ?2)
                """,
                static row => EventId.Parse(row.GetString(0)), JsonList.Of(roots), userId.Value).ToHashSet()));

    public ValueTask<IReadOnlyList<ThreadSummary>> ReadThreadsAsync(
        RoomId roomId, UserId userId, bool onlyParticipated, IReadOnlyCollection<UserId> ignored, long before, int limit,
        CancellationToken cancellationToken) =>
        new(database.Read(session => ReadThreads(
            session, roomId, userId, onlyParticipated, ignored.Count == 0 ? null : JsonList.Of(ignored), before, limit)));

    static List<ThreadSummary> ReadThreads(
        SqliteSession session, RoomId roomId, UserId userId, bool onlyParticipated, string? ignored, long before, int limit)
    {
        var threads = session.Query(
            $"""
            SELECT {EventRow.Columns}, t.replies, t.latest, t.participated
            FROM (
                SELECT c.relates_to AS root, COUNT(*) AS replies, MAX(c.position) AS latest,
                    EXISTS (SELECT 1 FROM events p WHERE p.event_id = c.relates_to AND p.sender = ?2)
                    OR EXISTS (SELECT 1 FROM events r WHERE r.relates_to = c.relates_to AND r.relation_type = 'm.thread' AND r.sender = ?2)
                    AS participated
                FROM events c
                WHERE c.room_id = ?1 AND c.relation_type = 'm.thread' {(ignored is null ? "" : "AND c.sender NOT IN (SELECT value FROM json_each(?6))")}
                GROUP BY c.relates_to HAVING MAX(c.position) < ?4
            ) t
            JOIN events e ON e.event_id = t.root
            WHERE e.room_id = ?1 AND {EventRow.InTimeline} AND (t.participated OR NOT ?3) ORDER BY t.latest DESC LIMIT ?5
            """,
            static row => (Root: EventRow.Read(row), Count: row.GetInt32(EventRow.ColumnCount), Latest: row.GetInt64(EventRow.ColumnCount + 1),
                Participated: row.GetInt64(EventRow.ColumnCount + 2) != 0),
            [roomId.Value, userId.Value, onlyParticipated ? 1L : 0L, before, (long)limit, .. Optional(ignored)]);
        var latest = AtPositions(session, threads.Select(static thread => thread.Latest));
        return threads.ConvertAll(thread => new ThreadSummary(thread.Root, thread.Count, latest[thread.Latest], thread.Participated));
    }

    static List<RelationSummary> Summarize(SqliteSession session, string parents, string? ignored)
    {
        // Answered from the index alone for those who ignore no one; mostly nothing relates to anything and this is all.
        var counts = session.Query(
            $"""
            SELECT e.relates_to, e.relation_type, COUNT(*), MAX(e.position) FROM json_each(?1) wanted
            JOIN events e ON e.relates_to = wanted.value AND e.relation_type IN ('m.replace', 'm.thread', 'm.reference')
            {(ignored is null ? "" : "WHERE e.sender NOT IN (SELECT value FROM json_each(?2))")}
            GROUP BY e.relates_to, e.relation_type
            """,
            static row => (Parent: EventId.Parse(row.GetString(0)), Type: row.GetString(1), Count: row.GetInt32(2), Latest: row.GetInt64(3)),
            [parents, .. Optional(ignored)]);
        if (counts.Count == 0)
            return [];

        var replies = AtPositions(session, counts.Where(static count => count.Type == "m.thread").Select(static count => count.Latest));
        var replacements = counts.Exists(static count => count.Type == "m.replace")
            ? session.Query(ReplacementsSql, EventRow.Read, parents).ToDictionary(static edit => edit.RelatesTo!.Value)
            : [];
        var references = counts.Exists(static count => count.Type == "m.reference") ? ReadReferences(session, parents, ignored) : null;
        return
        [
            .. counts.GroupBy(static count => count.Parent).Select(group =>
            {
                var thread = group.FirstOrDefault(static count => count.Type == "m.thread");
                return new RelationSummary(
                    group.Key, replacements.GetValueOrDefault(group.Key), thread.Count,
                    thread.Count > 0 ? replies[thread.Latest] : null, references is null ? [] : [.. references[group.Key]]);
            }),
        ];
    }

    static ILookup<EventId, EventId> ReadReferences(SqliteSession session, string parents, string? ignored) =>
        session.Query(
            $"""
            SELECT relates_to, event_id FROM (
                SELECT e.relates_to, e.event_id, e.position, ROW_NUMBER() OVER (PARTITION BY e.relates_to ORDER BY e.position) AS number
                FROM json_each(?1) wanted JOIN events e ON e.relates_to = wanted.value AND e.relation_type = 'm.reference'
                {(ignored is null ? "" : "WHERE e.sender NOT IN (SELECT value FROM json_each(?3))")}
            ) WHERE number <= ?2 ORDER BY position
            """,
            static row => (Parent: EventId.Parse(row.GetString(0)), Child: EventId.Parse(row.GetString(1))),
            [parents, (long)MaxReferences, .. Optional(ignored)])
            .ToLookup(static reference => reference.Parent, static reference => reference.Child);

    // The parameter that a statement has only when there is someone to leave out.
    static ReadOnlySpan<object?> Optional(string? ignored) => ignored is null ? [] : new object?[] { ignored };

    static Dictionary<long, StoredEvent> AtPositions(SqliteSession session, IEnumerable<long> positions)
    {
        var wanted = JsonList.Of(positions);
        return session.Query($"SELECT {EventRow.Columns} FROM json_each(?1) wanted JOIN events e ON e.position = wanted.value", EventRow.Read, wanted)
            .ToDictionary(static entry => entry.Position);
    }
}
