using System.Globalization;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>Applies the numbered scripts of <c>Migrations/</c> that a database does not have yet, each in a transaction of its own.</summary>
static class SqliteMigrations
{
    // "Hybr": tells the file from any other SQLite database.
    const long ApplicationId = 0x48796272;

    public static void Apply(SqliteSession session)
    {
        var applicationId = session.QueryInteger("PRAGMA application_id");
        if (applicationId is not (0 or ApplicationId))
            throw new InvalidDataException("The database file belongs to another program.");

        session.ExecuteScript("""
            PRAGMA application_id = 1215914610;
            CREATE TABLE IF NOT EXISTS migrations (
                number INTEGER PRIMARY KEY,   -- of the script
                name TEXT NOT NULL
            ) STRICT;
            """);
        var applied = session.Query("SELECT number FROM migrations", static row => row.GetInt64(0)).ToHashSet();
        var scripts = Scripts();
        if (applied.Except(scripts.Select(script => script.Number)).Any())
            throw new InvalidDataException("The database was written by a newer version of Hybrid. Run that version, or restore a backup.");

        foreach (var (number, name) in scripts)
        {
            if (applied.Contains(number))
                continue;

            session.Execute("BEGIN IMMEDIATE");
            session.ExecuteScript(ReadScript(name));
            session.Execute("INSERT INTO migrations (number, name) VALUES (?1, ?2)", number, name);
            session.Execute("COMMIT");
        }
    }

    static List<(long Number, string Name)> Scripts() =>
    [
        .. typeof(SqliteMigrations).Assembly.GetManifestResourceNames()
            .Where(static name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(static name => (long.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name))
            .OrderBy(static script => script.Item1),
    ];

    static string ReadScript(string name)
    {
        using var stream = typeof(SqliteMigrations).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
