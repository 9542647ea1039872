using System.Globalization;
using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Postgres.Rooms;
using Hybrid.Storage.Search;

namespace Hybrid.Storage.Postgres.Search;

/// <summary>The index of messages, in PostgreSQL's full-text index.</summary>
public sealed class PostgresMessageIndexStore(PostgresDatabase database) : IMessageIndexStore
{
    const int RemovalStep = 1000;

    // A position beyond this is not kept apart from the last, by tsvector's own limit.
    const int MostPositions = 16_383;

    // The second query is the first without the rooms, which say nothing of how well a text matches. 1: long texts count for less.
    const string Matches = """
        FROM message_search s WHERE s.tokens @@ $1::tsquery AND s.room_id = ANY ($2) AND s.key & $3 <> 0
        """;

    const string RecentSql =
        "SELECT " + EventRow.Columns + ", m.rank FROM (SELECT s.position, ts_rank_cd(s.tokens, $6::tsquery, 1)::float8 AS rank " + Matches
        + " AND s.position < $4 ORDER BY s.position DESC LIMIT $5) m JOIN events e ON e.position = m.position ORDER BY m.position DESC";

    const string BestSql =
        "SELECT " + EventRow.Columns + ", m.rank FROM (SELECT s.position, ts_rank_cd(s.tokens, $6::tsquery, 1)::float8 AS rank " + Matches
        + " ORDER BY s.position DESC LIMIT $4) m JOIN events e ON e.position = m.position ORDER BY m.rank DESC, m.position DESC LIMIT $5";

    const string CountSql = "SELECT COUNT(*) FROM (SELECT 1 " + Matches + " LIMIT $4) m";

    public async ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(static session => session.QueryIntegerAsync("SELECT position FROM message_search_position"), cancellationToken) ?? 0;

    public ValueTask ApplyAsync(MessageIndexChange change, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                Apply(writer.Session, change);
                await writer.Session.FlushAsync();
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<EventId>> FindEditedAsync(IReadOnlyCollection<long> edits, CancellationToken cancellationToken) =>
        edits.Count == 0
            ? []
            : await database.ReadAsync(
                session => session.QueryAsync(
                    """
                    SELECT e.event_id FROM message_search s JOIN events e ON e.position = s.position
                    WHERE s.shown <> s.position AND s.shown = ANY ($1)
                    """,
                    static row => EventId.Parse(row.Text(0)), Sql.Integers(edits)),
                cancellationToken);

    public async ValueTask<IReadOnlyList<MessageMatch>> FindRecentAsync(MessageQuery query, long before, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                RecentSql, Read, Expression(query), Rooms(query), (long)query.Keys, before, (long)limit, Phrases(query)),
            cancellationToken);

    public async ValueTask<IReadOnlyList<MessageMatch>> FindBestAsync(MessageQuery query, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                BestSql, Read, Expression(query), Rooms(query), (long)query.Keys, IMessageIndexStore.MostRanked, (long)limit, Phrases(query)),
            cancellationToken);

    public async ValueTask<long> CountAsync(MessageQuery query, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryIntegerAsync(CountSql, Expression(query), Rooms(query), (long)query.Keys, IMessageIndexStore.MostRanked),
            cancellationToken) ?? 0;

    public async ValueTask RemoveSenderAsync(UserId userId, CancellationToken cancellationToken)
    {
        // Read beside the writer, which everyone waits for, and taken out in small steps.
        var positions = await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT s.position FROM message_search s JOIN events e ON e.position = s.position WHERE e.sender = $1",
                static row => row.Integer(0), userId.Value),
            cancellationToken);
        foreach (var step in positions.Chunk(RemovalStep))
        {
            await database.WriteAsync(
                writer => writer.Session.ExecuteAsync("DELETE FROM message_search WHERE position = ANY ($1)", Sql.Integers(step)), cancellationToken);
        }
    }

    static MessageMatch Read(Row row) => new(EventRow.Read(row), row.Number(EventRow.ColumnCount));

    static Npgsql.NpgsqlParameter Rooms(MessageQuery query) => Sql.Texts(query.Rooms.Select(static room => room.Value));

    static string Expression(MessageQuery query) => query.Rooms.Count is 0 or > RoomToken.MostRooms
        ? Phrases(query)
        : $"({string.Join(" | ", query.Rooms.Select(static room => Quote(RoomToken.Of(room))))}) & {Phrases(query)}";

    // Tokens that follow each other; the last stands for every word that begins with it.
    static string Phrases(MessageQuery query) =>
        string.Join(" & ", query.Phrases.Select(static phrase => $"({string.Join(" <-> ", phrase.Tokens.Select(Quote))}:*)"));

    // Tokens are letters, digits and marks: there is nothing in them to escape.
    static string Quote(string token) => $"'{token}'";

    static string Vector(IndexedMessage message)
    {
        var vector = new StringBuilder(Quote(RoomToken.Of(message.RoomId)));
        for (var i = 0; i < message.Tokens.Count; i++)
            vector.Append(CultureInfo.InvariantCulture, $" {Quote(message.Tokens[i])}:{Math.Min(i + 1, MostPositions)}");
        return vector.ToString();
    }

    static void Apply(PostgresSession session, MessageIndexChange change)
    {
        if (change.Removed.Count > 0)
            session.Defer("DELETE FROM message_search WHERE position = ANY ($1)", Sql.Integers(change.Removed));
        if (change.Put.Count > 0)
        {
            session.Defer(
                """
                INSERT INTO message_search (position, room_id, key, shown, tokens)
                SELECT e.position, e.room_id, n.key, n.shown, n.tokens::tsvector
                FROM unnest($1, $2, $3, $4) AS n (position, key, shown, tokens) JOIN events e ON e.position = n.position
                ON CONFLICT (position) DO UPDATE SET key = excluded.key, shown = excluded.shown, tokens = excluded.tokens
                """,
                Sql.Integers(change.Put.Select(static message => message.Position)),
                Sql.Integers(change.Put.Select(static message => (long)message.Key)),
                Sql.Integers(change.Put.Select(static message => message.Shown)),
                Sql.Texts(change.Put.Select(Vector)));
        }

        session.Defer(
            "INSERT INTO message_search_position (id, position) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET position = excluded.position", change.Position);
    }
}
