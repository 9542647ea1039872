using Hybrid.Primitives;
using Hybrid.Primitives.Text;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.UserDirectory;

namespace Hybrid.Storage.Postgres.UserDirectory;

/// <summary>The user directory: names are found by the words in <c>user_directory_words</c>.</summary>
public sealed class PostgresUserDirectoryStore(PostgresDatabase database) : IUserDirectoryStore
{
    // How many names that match are looked at: a single letter on a large server must not read the whole directory.
    const long MaxMatches = 5000;

    // A word begins like the one wanted when it lies between it and it followed by the greatest character.
    const string SearchSql = """
        WITH wanted AS (SELECT w AS word FROM unnest($1) AS w),
        matches AS (
            SELECT w.number FROM user_directory_words w
            WHERE w.word >= (SELECT word FROM wanted ORDER BY length(word) DESC LIMIT 1)
              AND w.word <= (SELECT word FROM wanted ORDER BY length(word) DESC LIMIT 1) || U&'\+10FFFF'
              AND NOT EXISTS (
                SELECT 1 FROM wanted n WHERE NOT EXISTS (
                    SELECT 1 FROM user_directory_words o WHERE o.number = w.number AND starts_with(o.word, n.word)))
            LIMIT $4)
        SELECT u.user_id, u.display_name, u.avatar_url FROM (SELECT DISTINCT number FROM matches) m JOIN user_directory u ON u.number = m.number
        WHERE u.user_id <> $2 AND EXISTS (
            SELECT 1 FROM memberships b
            JOIN membership_changes bc ON bc.user_id = b.user_id AND bc.room_id = b.room_id AND bc.position = b.position
            WHERE b.user_id = u.user_id AND bc.membership = 'join' AND (
                EXISTS (SELECT 1 FROM user_directory_rooms o WHERE o.room_id = b.room_id)
                OR EXISTS (
                    SELECT 1 FROM memberships a
                    JOIN membership_changes ac ON ac.user_id = a.user_id AND ac.room_id = a.room_id AND ac.position = a.position
                    WHERE a.user_id = $2 AND a.room_id = b.room_id AND ac.membership = 'join')))
        ORDER BY (u.localpart = $5 OR u.folded_name IS NOT DISTINCT FROM $5) DESC, starts_with(u.localpart, $5) DESC,
            u.display_name IS NULL, u.avatar_url IS NULL, u.user_id LIMIT $3
        """;

    public async ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(static session => session.QueryIntegerAsync("SELECT position FROM user_directory_position"), cancellationToken) ?? 0;

    public ValueTask ApplyAsync(UserDirectoryChange change, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => ApplyAsync(writer.Session, change), cancellationToken);

    public async ValueTask<IReadOnlyList<DirectoryUser>> SearchAsync(
        UserId searcher, UserDirectoryTerm term, int limit, CancellationToken cancellationToken) =>
        term.Tokens.Count == 0
            ? []
            : await database.ReadAsync(
                session => session.QueryAsync(
                    SearchSql,
                    static row => new DirectoryUser(UserId.Parse(row.Text(0)), row.OptionalText(1), row.OptionalText(2)),
                    Sql.Texts(term.Tokens), searcher.Value, (long)limit, MaxMatches, term.Text),
                cancellationToken);

    static async Task ApplyAsync(PostgresSession session, UserDirectoryChange change)
    {
        foreach (var user in change.Users)
            await PutAsync(session, user);
        if (change.Gone.Count > 0)
            session.Defer("DELETE FROM user_directory WHERE user_id = ANY ($1)", Sql.Texts(change.Gone.Select(static user => user.Value)));
        foreach (var (roomId, isOpen) in change.Rooms)
        {
            session.Defer(
                isOpen
                    ? "INSERT INTO user_directory_rooms (room_id) VALUES ($1) ON CONFLICT DO NOTHING"
                    : "DELETE FROM user_directory_rooms WHERE room_id = $1",
                roomId.Value);
        }

        session.Defer(
            "INSERT INTO user_directory_position (id, position) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET position = excluded.position", change.Position);
    }

    // Most joins change no name; the index is then left alone.
    static async Task PutAsync(PostgresSession session, DirectoryUser user)
    {
        var written = await session.QueryIntegerAsync(
            """
            INSERT INTO user_directory AS u (user_id, localpart, folded_name, display_name, avatar_url) VALUES ($1, $4, $5, $2, $3)
            ON CONFLICT (user_id) DO UPDATE
            SET folded_name = excluded.folded_name, display_name = excluded.display_name, avatar_url = excluded.avatar_url
            WHERE u.display_name IS DISTINCT FROM excluded.display_name OR u.avatar_url IS DISTINCT FROM excluded.avatar_url
            RETURNING number
            """,
            user.UserId.Value, user.DisplayName, user.AvatarUrl, TextFolding.Fold(user.UserId.Localpart),
            user.DisplayName is { } name ? TextFolding.Fold(name) : null);
        if (written is not { } number)
            return;

        session.Defer("DELETE FROM user_directory_words WHERE number = $1", number);
        session.Defer(
            "INSERT INTO user_directory_words (word, number) SELECT w, $2::bigint FROM unnest($1) AS w",
            Sql.Texts(UserDirectoryTerm.TokensOf(user)), number);
    }
}
