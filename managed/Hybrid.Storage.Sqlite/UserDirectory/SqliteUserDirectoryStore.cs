using Hybrid.Primitives;
using Hybrid.Primitives.Text;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.UserDirectory;

namespace Hybrid.Storage.Sqlite.UserDirectory;

/// <summary>The user directory, in SQLite's full-text index.</summary>
public sealed class SqliteUserDirectoryStore(SqliteDatabase database) : IUserDirectoryStore
{
    // How many names that match are looked at: a single letter on a large server must not read the whole directory.
    const long MaxMatches = 5000;

    const string SearchSql = """
        WITH matches AS (SELECT rowid AS number FROM user_directory_words WHERE user_directory_words MATCH ?1 LIMIT ?4)
        SELECT u.user_id, u.display_name, u.avatar_url FROM matches m JOIN user_directory u ON u.number = m.number
        WHERE u.user_id <> ?2 AND EXISTS (
            SELECT 1 FROM memberships b
            JOIN membership_changes bc ON bc.user_id = b.user_id AND bc.room_id = b.room_id AND bc.position = b.position
            WHERE b.user_id = u.user_id AND bc.membership = 'join' AND (
                EXISTS (SELECT 1 FROM user_directory_rooms o WHERE o.room_id = b.room_id)
                OR EXISTS (
                    SELECT 1 FROM memberships a
                    JOIN membership_changes ac ON ac.user_id = a.user_id AND ac.room_id = a.room_id AND ac.position = a.position
                    WHERE a.user_id = ?2 AND a.room_id = b.room_id AND ac.membership = 'join')))
        ORDER BY (u.localpart = ?5 OR u.folded_name IS ?5) DESC, instr(u.localpart, ?5) = 1 DESC,
            u.display_name IS NULL, u.avatar_url IS NULL, u.user_id LIMIT ?3
        """;

    public ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.QueryInteger("SELECT position FROM user_directory_position") ?? 0));

    public ValueTask ApplyAsync(UserDirectoryChange change, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Apply(writer.Session, change), cancellationToken);

    public ValueTask<IReadOnlyList<DirectoryUser>> SearchAsync(
        UserId searcher, UserDirectoryTerm term, int limit, CancellationToken cancellationToken) =>
        new(term.Tokens.Count == 0
            ? []
            : database.Read(session => session.Query(
                SearchSql,
                static row => new DirectoryUser(
                    UserId.Parse(row.GetString(0)), row.IsDBNull(1) ? null : row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2)),
                Match(term.Tokens), searcher.Value, (long)limit, MaxMatches, term.Text)));

    // Each in quotes, so that it is no word of the query language; the star after it asks for the prefix.
    static string Match(IReadOnlyList<string> tokens) => string.Join(' ', tokens.Select(static token => $"\"{token}\"*"));

    static void Apply(SqliteSession session, UserDirectoryChange change)
    {
        foreach (var user in change.Users)
            Put(session, user);
        foreach (var user in change.Gone)
            Remove(session, user);
        foreach (var (roomId, isOpen) in change.Rooms)
        {
            session.Execute(
                isOpen
                    ? "INSERT INTO user_directory_rooms (room_id) VALUES (?1) ON CONFLICT DO NOTHING"
                    : "DELETE FROM user_directory_rooms WHERE room_id = ?1",
                roomId.Value);
        }

        session.Execute(
            "INSERT INTO user_directory_position (id, position) VALUES (1, ?1) ON CONFLICT DO UPDATE SET position = excluded.position", change.Position);
    }

    // Most joins change no name; the index is then left alone.
    static void Put(SqliteSession session, DirectoryUser user)
    {
        var written = session.Execute(
            """
            INSERT INTO user_directory (user_id, localpart, folded_name, display_name, avatar_url) VALUES (?1, ?4, ?5, ?2, ?3)
            ON CONFLICT (user_id) DO UPDATE
            SET folded_name = excluded.folded_name, display_name = excluded.display_name, avatar_url = excluded.avatar_url
            WHERE display_name IS NOT excluded.display_name OR avatar_url IS NOT excluded.avatar_url
            """,
            user.UserId.Value, user.DisplayName, user.AvatarUrl, TextFolding.Fold(user.UserId.Localpart),
            user.DisplayName is { } name ? TextFolding.Fold(name) : null);
        if (written == 0)
            return;

        session.Execute("DELETE FROM user_directory_words WHERE rowid = (SELECT number FROM user_directory WHERE user_id = ?1)", user.UserId.Value);
        session.Execute(
            "INSERT INTO user_directory_words (rowid, tokens) SELECT number, ?2 FROM user_directory WHERE user_id = ?1",
            user.UserId.Value, string.Join(' ', UserDirectoryTerm.TokensOf(user)));
    }

    static void Remove(SqliteSession session, UserId user)
    {
        session.Execute("DELETE FROM user_directory_words WHERE rowid = (SELECT number FROM user_directory WHERE user_id = ?1)", user.Value);
        session.Execute("DELETE FROM user_directory WHERE user_id = ?1", user.Value);
    }
}
