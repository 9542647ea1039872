using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <content>Events that relate to others.</content>
public sealed partial class PostgresRoomStore
{
    const int MaxReferences = 100;

    const string TreeSql = $"""
        WITH RECURSIVE tree (event_id, position, depth) AS (
            SELECT event_id, position, 1 FROM events WHERE relates_to = $1
            UNION
            SELECT c.event_id, c.position, tree.depth + 1 FROM tree JOIN events c ON c.relates_to = tree.event_id WHERE tree.depth < $7
        )
        SELECT {EventRow.Columns} FROM (SELECT DISTINCT position FROM tree) t JOIN events e ON e.position = t.position
        WHERE e.position > $2 AND e.position <= $3 AND ($5::text IS NULL OR e.relation_type = $5) AND ($6::text IS NULL OR e.type = $6)
        """;

    // Of several valid edits the one that claims to be the latest wins, then the greatest event ID. Only an edit's own bytes are
    // taken apart, and only when all else fits.
    const string ReplacementsSql = $"""
        SELECT DISTINCT ON (p.event_id) {EventRow.Columns} FROM events p
        JOIN events e ON e.relates_to = p.event_id AND e.relation_type = 'm.replace'
        WHERE p.event_id = ANY ($1)
          AND e.sender = p.sender AND e.type = p.type AND e.room_id = p.room_id AND e.state_key IS NULL AND p.state_key IS NULL
          AND p.relation_type IS DISTINCT FROM 'm.replace' AND p.redacted_by IS NULL
          AND CASE WHEN e.type = 'm.room.encrypted' THEN true ELSE jsonb_typeof({EventRow.Json} #> '{NewContentPath}') = 'object' END
        ORDER BY p.event_id, e.origin_server_ts DESC, e.event_id DESC
        """;

    const string NewContentPath = "{content,m.new_content}";

    public ValueTask<TimelinePage> ReadRelationsAsync(RelationQuery query, CancellationToken cancellationToken)
    {
        var (after, upTo) = Range(query.From, query.To, query.Backwards);
        return database.ReadAsync(
            async session => Page(
                await session.QueryAsync(
                    query.Backwards ? $"{TreeSql} ORDER BY e.position DESC LIMIT $4" : $"{TreeSql} ORDER BY e.position LIMIT $4",
                    EventRow.Read, query.Parent.Value, after, upTo, query.Limit + 1L, query.RelationType, query.EventType, (long)query.Depth),
                query.Limit,
                null),
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<RelationSummary>> ReadRelationSummariesAsync(
        IReadOnlyCollection<EventId> parents, IReadOnlyCollection<UserId> ignored, CancellationToken cancellationToken) =>
        parents.Count == 0
            ? []
            : await database.ReadAsync(
                session => SummarizeAsync(session, [.. parents.Select(static id => id.Value)], [.. ignored.Select(static user => user.Value)]),
                cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> FindAnnotationsAsync(
        EventId parent, UserId sender, string type, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                $"""
                SELECT {EventRow.Columns} FROM events e
                WHERE e.relates_to = $1 AND e.sender = $2 AND e.type = $3 AND e.relation_type = 'm.annotation' AND e.redacted_by IS NULL
                """,
                EventRow.Read, parent.Value, sender.Value, type),
            cancellationToken);

    public async ValueTask<IReadOnlySet<EventId>> FindParticipatedThreadsAsync(
        IReadOnlyCollection<EventId> roots, UserId userId, CancellationToken cancellationToken) =>
        roots.Count == 0
            ? new HashSet<EventId>()
            : (await database.ReadAsync(
                session => session.QueryAsync(
                    """
                    SELECT wanted.id FROM unnest($1) AS wanted (id)
                    WHERE EXISTS (SELECT 1 FROM events p WHERE p.event_id = wanted.id AND p.sender = $2)
                       OR EXISTS (SELECT 1 FROM events e WHERE e.relates_to = wanted.id AND e.relation_type = 'm.thread' AND e.sender = $2)
                    """,
                    static row => EventId.Parse(row.Text(0)), Sql.Texts(roots.Select(static id => id.Value)), userId.Value),
                cancellationToken)).ToHashSet();

    public async ValueTask<IReadOnlyList<ThreadSummary>> ReadThreadsAsync(
        RoomId roomId, UserId userId, bool onlyParticipated, IReadOnlyCollection<UserId> ignored, long before, int limit,
        CancellationToken cancellationToken) =>
        await database.ReadAsync(
            async session =>
            {
                var threads = await session.QueryAsync(
                    $"""
                    SELECT {EventRow.Columns}, t.replies, t.latest, t.participated
                    FROM (
                        SELECT c.relates_to AS root, COUNT(*) AS replies, MAX(c.position) AS latest,
                            EXISTS (SELECT 1 FROM events p WHERE p.event_id = c.relates_to AND p.sender = $2)
                            OR EXISTS (SELECT 1 FROM events r WHERE r.relates_to = c.relates_to AND r.relation_type = 'm.thread' AND r.sender = $2)
                            AS participated
                        FROM events c
                        WHERE c.room_id = $1 AND c.relation_type = 'm.thread' AND NOT c.sender = ANY ($6)
                        GROUP BY c.relates_to HAVING MAX(c.position) < $4
                    ) t
                    JOIN events e ON e.event_id = t.root
                    WHERE e.room_id = $1 AND {EventRow.InTimeline} AND (t.participated OR NOT $3) ORDER BY t.latest DESC LIMIT $5
                    """,
                    static row => (Root: EventRow.Read(row), Count: (int)row.Integer(EventRow.ColumnCount), Latest: row.Integer(EventRow.ColumnCount + 1),
                        Participated: row.Flag(EventRow.ColumnCount + 2)),
                    roomId.Value, userId.Value, onlyParticipated, before, (long)limit, Sql.Texts(ignored.Select(static user => user.Value)));
                var latest = await AtPositionsAsync(session, threads.Select(static thread => thread.Latest));
                return threads.ConvertAll(thread => new ThreadSummary(thread.Root, thread.Count, latest[thread.Latest], thread.Participated));
            },
            cancellationToken);

    static async Task<List<RelationSummary>> SummarizeAsync(PostgresSession session, string[] parents, string[] ignored)
    {
        // Mostly nothing relates to anything and this is all.
        var counts = await session.QueryAsync(
            """
            SELECT e.relates_to, e.relation_type, COUNT(*), MAX(e.position) FROM events e
            WHERE e.relates_to = ANY ($1) AND e.relation_type IN ('m.replace', 'm.thread', 'm.reference') AND NOT e.sender = ANY ($2)
            GROUP BY e.relates_to, e.relation_type
            """,
            static row => (Parent: EventId.Parse(row.Text(0)), Type: row.Text(1), Count: (int)row.Integer(2), Latest: row.Integer(3)),
            Sql.Texts(parents), Sql.Texts(ignored));
        if (counts.Count == 0)
            return [];

        var replies = await AtPositionsAsync(session, counts.Where(static count => count.Type == "m.thread").Select(static count => count.Latest));
        var replacements = counts.Exists(static count => count.Type == "m.replace")
            ? (await session.QueryAsync(ReplacementsSql, EventRow.Read, Sql.Texts(parents))).ToDictionary(static edit => edit.RelatesTo!.Value)
            : [];
        var references = counts.Exists(static count => count.Type == "m.reference") ? await ReadReferencesAsync(session, parents, ignored) : null;
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

    static async Task<ILookup<EventId, EventId>> ReadReferencesAsync(PostgresSession session, string[] parents, string[] ignored)
    {
        var references = await session.QueryAsync(
            """
            SELECT relates_to, event_id FROM (
                SELECT e.relates_to, e.event_id, e.position, ROW_NUMBER() OVER (PARTITION BY e.relates_to ORDER BY e.position) AS number
                FROM events e WHERE e.relates_to = ANY ($1) AND e.relation_type = 'm.reference' AND NOT e.sender = ANY ($3)
            ) r WHERE number <= $2 ORDER BY position
            """,
            static row => (Parent: EventId.Parse(row.Text(0)), Child: EventId.Parse(row.Text(1))),
            Sql.Texts(parents), (long)MaxReferences, Sql.Texts(ignored));
        return references.ToLookup(static reference => reference.Parent, static reference => reference.Child);
    }

    static async Task<Dictionary<long, StoredEvent>> AtPositionsAsync(PostgresSession session, IEnumerable<long> positions)
    {
        long[] wanted = [.. positions];
        return wanted.Length == 0
            ? []
            : (await session.QueryAsync(
                $"SELECT {EventRow.Columns} FROM events e WHERE e.position = ANY ($1)", EventRow.Read, Sql.Integers(wanted)))
                .ToDictionary(static entry => entry.Position);
    }
}
