using Hybrid.Primitives;
using Hybrid.Storage.Search;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Sqlite.Rooms;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Search;

/// <summary>The index of messages, in SQLite's full-text index.</summary>
public sealed class SqliteMessageIndexStore(SqliteDatabase database) : IMessageIndexStore
{
    const int RemovalStep = 1000;

    // The text index comes first in every join: it gives its rows in the order of their positions, so a page ends the reading.
    const string Matches = """
        message_search_words CROSS JOIN message_search s ON s.position = message_search_words.rowid
        WHERE message_search_words MATCH ?1 AND s.room_id IN (SELECT value FROM json_each(?2)) AND s.key & ?3
        """;

    const string RecentSql =
        "SELECT " + EventRow.Columns + ", m.rank FROM (SELECT s.position, -bm25(message_search_words) AS rank FROM " + Matches
        + " AND message_search_words.rowid < ?4 ORDER BY message_search_words.rowid DESC LIMIT ?5) m JOIN events e ON e.position = m.position"
        + " ORDER BY m.position DESC";

    const string BestSql =
        "SELECT " + EventRow.Columns + ", m.rank FROM (SELECT s.position, -bm25(message_search_words) AS rank FROM " + Matches
        + " ORDER BY message_search_words.rowid DESC LIMIT ?4) m JOIN events e ON e.position = m.position"
        + " ORDER BY m.rank DESC, m.position DESC LIMIT ?5";

    const string CountSql = "SELECT COUNT(*) FROM (SELECT 1 FROM " + Matches + " LIMIT ?4)";

    public ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.QueryInteger("SELECT position FROM message_search_position") ?? 0));

    public ValueTask ApplyAsync(MessageIndexChange change, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Apply(writer.Session, change), cancellationToken);

    public ValueTask<IReadOnlyList<EventId>> FindEditedAsync(IReadOnlyCollection<long> edits, CancellationToken cancellationToken) =>
        new(edits.Count == 0
            ? []
            : database.Read(session => session.Query(
                """
                SELECT e.event_id FROM message_search s JOIN events e ON e.position = s.position
                WHERE s.shown <> s.position AND s.shown IN (SELECT value FROM json_each(?1))
                """,
                static row => EventId.Parse(row.GetString(0)), JsonList.Of(edits))));

    public ValueTask<IReadOnlyList<MessageMatch>> FindRecentAsync(MessageQuery query, long before, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            RecentSql, Read, Expression(query), JsonList.Of(query.Rooms), (long)query.Keys, before, (long)limit)));

    public ValueTask<IReadOnlyList<MessageMatch>> FindBestAsync(MessageQuery query, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            BestSql, Read, Expression(query), JsonList.Of(query.Rooms), (long)query.Keys, IMessageIndexStore.MostRanked, (long)limit)));

    public ValueTask<long> CountAsync(MessageQuery query, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryInteger(
            CountSql, Expression(query), JsonList.Of(query.Rooms), (long)query.Keys, IMessageIndexStore.MostRanked) ?? 0));

    public async ValueTask RemoveSenderAsync(UserId userId, CancellationToken cancellationToken)
    {
        // Read beside the writer, which everyone waits for, and taken out in small steps.
        var positions = database.Read(session => session.Query(
            "SELECT s.position FROM message_search s JOIN events e ON e.position = s.position WHERE e.sender = ?1",
            static row => row.GetInt64(0), userId.Value));
        foreach (var step in positions.Chunk(RemovalStep))
        {
            await database.WriteAsync(
                writer => writer.Session.Execute("DELETE FROM message_search WHERE position IN (SELECT value FROM json_each(?1))", JsonList.Of(step)),
                cancellationToken);
        }
    }

    static MessageMatch Read(SqliteDataReader row) => new(EventRow.Read(row), row.GetDouble(EventRow.ColumnCount));

    // Each phrase in quotes, so that nothing in it is syntax; the star asks for words that begin with its last token.
    static string Expression(MessageQuery query)
    {
        var phrases = string.Join(" AND ", query.Phrases.Select(static phrase => $"\"{string.Join(' ', phrase.Tokens)}\" *"));
        return query.Rooms.Count is 0 or > RoomToken.MostRooms
            ? phrases
            : $"({string.Join(" OR ", query.Rooms.Select(static room => $"\"{RoomToken.Of(room)}\""))}) AND {phrases}";
    }

    static void Apply(SqliteSession session, MessageIndexChange change)
    {
        if (change.Removed.Count > 0)
            session.Execute("DELETE FROM message_search WHERE position IN (SELECT value FROM json_each(?1))", JsonList.Of(change.Removed));
        foreach (var message in change.Put)
        {
            session.Execute("DELETE FROM message_search WHERE position = ?1", message.Position);
            var stored = session.Execute(
                "INSERT INTO message_search (position, room_id, key, shown) SELECT position, room_id, ?2, ?3 FROM events WHERE position = ?1",
                message.Position, (long)message.Key, message.Shown);
            if (stored > 0)
            {
                session.Execute(
                    "INSERT INTO message_search_words (rowid, tokens) VALUES (?1, ?2)",
                    message.Position, $"{RoomToken.Of(message.RoomId)} {string.Join(' ', message.Tokens)}");
            }
        }

        session.Execute(
            "INSERT INTO message_search_position (id, position) VALUES (1, ?1) ON CONFLICT DO UPDATE SET position = excluded.position", change.Position);
    }
}
