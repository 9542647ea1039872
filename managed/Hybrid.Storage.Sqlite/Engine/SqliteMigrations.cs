using System.Globalization;
using System.Reflection;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>Applies the numbered scripts of <c>Migrations/</c> that a database does not have yet, each in a transaction of its own.</summary>
static class SqliteMigrations
{
    // "Hybr": tells the file from any other SQLite database.
    const long ApplicationId = 0x48796272;

    /// <summary>The version of this build, which a database keeps the last of.</summary>
    public static string ProductVersion { get; } =
        typeof(SqliteMigrations).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <exception cref="InvalidDataException">The file is some other program's.</exception>
    public static void RefuseOtherPrograms(SqliteSession session)
    {
        if (session.QueryInteger("PRAGMA application_id") is not (0 or ApplicationId))
            throw new InvalidDataException("The database file belongs to another program.");
    }

    /// <summary>Which version opened the database last, and how far its schema is.</summary>
    public static string Describe(SqliteSession session)
    {
        RefuseOtherPrograms(session);
        // Databases from before the mark have no such table.
        var marked = session.QueryInteger("SELECT 1 FROM sqlite_schema WHERE name = 'product'") is not null;
        var version = marked ? session.QueryText("SELECT version FROM product") : null;
        return $"opened last by hybrid {version ?? "(unknown)"}, migration {session.QueryInteger("SELECT max(number) FROM migrations")}";
    }

    /// <param name="session">The database.</param>
    /// <param name="progress">Hears of each script before it runs, if the database was there before.</param>
    public static void Apply(SqliteSession session, Action<string>? progress = null) => Apply(session, Scripts(), progress);

    /// <summary>As <see cref="Apply(SqliteSession, Action{string}?)"/>, with other scripts than those of this build.</summary>
    internal static void Apply(SqliteSession session, IReadOnlyList<MigrationScript> scripts, Action<string>? progress)
    {
        RefuseOtherPrograms(session);
        session.ExecuteScript("""
            PRAGMA application_id = 1215914610;
            CREATE TABLE IF NOT EXISTS migrations (
                number INTEGER PRIMARY KEY,   -- of the script
                name TEXT NOT NULL
            ) STRICT;
            CREATE TABLE IF NOT EXISTS product (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                version TEXT NOT NULL         -- of the program that opened the database last
            ) STRICT;
            CREATE TABLE IF NOT EXISTS space_probe (
                bytes BLOB NOT NULL           -- written to find out whether there is room again, and deleted
            ) STRICT;
            """);
        var applied = session.Query("SELECT number FROM migrations", static row => row.GetInt64(0)).ToHashSet();
        var writtenBy = session.QueryText("SELECT version FROM product");
        if (applied.Except(scripts.Select(script => script.Number)).Any())
        {
            throw new InvalidDataException(
                $"The database was written by a newer version of Hybrid ({writtenBy ?? "unknown"}; this is {ProductVersion}). Run that version, or restore a backup.");
        }

        var missing = scripts.Where(script => !applied.Contains(script.Number)).ToList();
        for (var i = 0; i < missing.Count; i++)
        {
            var script = missing[i];
            if (applied.Count > 0)
                progress?.Invoke($"bringing the database up to date, step {i + 1} of {missing.Count}: {Path.GetFileNameWithoutExtension(script.Name)}");
            // The script and the note that it ran are one transaction: after a crash it runs again from its start, or never again.
            session.Execute("BEGIN IMMEDIATE");
            session.ExecuteScript(script.Read());
            session.Execute("INSERT INTO migrations (number, name) VALUES (?1, ?2)", script.Number, script.Name);
            session.Execute("COMMIT");
        }

        if (applied.Count > 0 && missing.Count > 0)
            progress?.Invoke("the database is up to date");
        if (writtenBy != ProductVersion)
            session.Execute("INSERT INTO product (id, version) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET version = excluded.version", ProductVersion);
    }

    static List<MigrationScript> Scripts() =>
    [
        .. typeof(SqliteMigrations).Assembly.GetManifestResourceNames()
            .Where(static name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(static name => new MigrationScript(
                long.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name, () => ReadResource(name)))
            .OrderBy(static script => script.Number),
    ];

    static string ReadResource(string name)
    {
        using var stream = typeof(SqliteMigrations).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <param name="Number">Its place among all; given once.</param>
/// <param name="Name">Of its file.</param>
/// <param name="Read">The SQL text.</param>
sealed record MigrationScript(long Number, string Name, Func<string> Read);
