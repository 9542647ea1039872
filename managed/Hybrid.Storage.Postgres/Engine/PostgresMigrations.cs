using System.Globalization;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>Applies the numbered scripts of <c>Migrations/</c> that a database does not have yet, each in a transaction of its own.</summary>
static class PostgresMigrations
{
    // The comment on the table of migrations: tells the database from any other.
    const string Mark = "Hybrid";

    /// <exception cref="InvalidDataException">The database belongs to another program, or to a newer version.</exception>
    /// <param name="session">The database.</param>
    /// <param name="only">The scripts of an older schema, or null for all.</param>
    public static async Task ApplyAsync(PostgresSession session, IReadOnlySet<long>? only = null)
    {
        await MarkAsync(session);
        var applied = (await session.QueryAsync("SELECT number FROM migrations", static row => row.Integer(0))).ToHashSet();
        var scripts = Scripts();
        if (applied.Concat(only ?? applied).Except(scripts.Select(static script => script.Number)).Any())
            throw new InvalidDataException("The database was written by a newer version of Hybrid. Run that version, or restore a backup.");
        // Rows of an older schema would miss what the later scripts do to them.
        if (only is not null && applied.Except(only).Any())
            throw new InvalidDataException("The schema of the database is newer than what is to be put into it. Make it anew, empty.");

        foreach (var (number, name) in scripts)
        {
            if (applied.Contains(number) || only?.Contains(number) == false)
                continue;

            await session.ExecuteAsync("BEGIN");
            await session.ExecuteScriptAsync(ReadScript(name));
            await session.ExecuteAsync("INSERT INTO migrations (number, name) VALUES ($1, $2)", number, name);
            await session.ExecuteAsync("COMMIT");
        }
    }

    /// <summary>Whether this is a database of Hybrid.</summary>
    public static Task<bool> IsMarkedAsync(PostgresSession session) =>
        session.AnyAsync("SELECT 1 WHERE obj_description(to_regclass('migrations'), 'pg_class') = $1", Mark);

    static async Task MarkAsync(PostgresSession session)
    {
        var mark = await session.QueryFirstAsync(
            "SELECT COALESCE(obj_description(to_regclass('migrations'), 'pg_class'), '') WHERE to_regclass('migrations') IS NOT NULL",
            static row => row.Text(0));
        var isForeign = mark is null
            ? await session.AnyAsync("SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') LIMIT 1")
            : mark != Mark;
        if (isForeign)
            throw new InvalidDataException("The database belongs to another program.");
        if (mark is not null)
            return;

        await session.ExecuteScriptAsync($"""
            BEGIN;
            CREATE TABLE migrations (
                number bigint PRIMARY KEY,    -- of the script
                name text NOT NULL
            );
            COMMENT ON TABLE migrations IS '{Mark}';
            COMMIT;
            """);
    }

    static List<(long Number, string Name)> Scripts() =>
    [
        .. typeof(PostgresMigrations).Assembly.GetManifestResourceNames()
            .Where(static name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(static name => (long.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name))
            .OrderBy(static script => script.Item1),
    ];

    static string ReadScript(string name)
    {
        using var stream = typeof(PostgresMigrations).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
