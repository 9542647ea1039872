using Hybrid.Storage.Backup;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Backup;

/// <summary>
/// Backup and restore of the SQLite file. SQLite's online backup copies page by page within one reading transaction: in WAL mode that
/// holds up no writer, and a page that did not change stays where it was in the file.
/// </summary>
public sealed class SqliteArchive(string path) : IDatabaseArchive
{
    const string PartName = "hybrid.db";

    public string Engine => "sqlite";

    public ValueTask<IDatabaseSnapshot> TakeAsync(string workFolder, CancellationToken cancellationToken)
    {
        SQLitePCL.Batteries_V2.Init();
        if (!File.Exists(path))
            throw new InvalidDataException($"there is no database '{path}'");

        var copy = Path.Combine(workFolder, PartName);
        using (var source = Open(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite }))
        {
            SqliteMigrations.RefuseOtherPrograms(source);
            // A copy that a crash spoils is thrown away, so it need not be made durable.
            using var target = Open(new SqliteConnectionStringBuilder { DataSource = copy });
            target.ExecuteScript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
            source.CopyTo(target);
        }

        return new(new Snapshot(copy));
    }

    public async ValueTask RestoreAsync(IReadOnlyList<DatabasePart> parts, CancellationToken cancellationToken)
    {
        if (parts is not [{ Name: PartName } part])
            throw new InvalidDataException($"the snapshot does not hold the one file {PartName}, which is all that SQLite has");

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var source = part.Open();
        await using var target = new FileStream(path, options);
        await source.CopyToAsync(target, cancellationToken);
        target.Flush(flushToDisk: true);
    }

    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken)
    {
        SQLitePCL.Batteries_V2.Init();
        var problems = new List<string>();
        using (var session = Open(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite }))
        {
            problems.AddRange(session.Query("PRAGMA integrity_check", static row => row.GetString(0)).Where(static line => line != "ok"));
            problems.AddRange(session.Query("PRAGMA foreign_key_check", static row => $"{row.GetString(0)} names a row of {row.GetString(2)} that is not there"));
        }

        if (problems.Count == 0)
            SqliteDatabase.Open(path, new StreamHub()).Dispose();
        return new(problems);
    }

    public ValueTask<IReadOnlyList<string>> ReadMediaAsync(CancellationToken cancellationToken)
    {
        using var session = Open(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite });
        return new(ReadMedia(session));
    }

    static List<string> ReadMedia(SqliteSession session) =>
        session.Query("SELECT DISTINCT sha256 FROM media WHERE sha256 IS NOT NULL ORDER BY sha256", static row => row.GetString(0));

    static SqliteSession Open(SqliteConnectionStringBuilder options)
    {
        options.Pooling = false;
        var session = new SqliteSession(options.ToString());
        session.ExecuteScript("PRAGMA busy_timeout = 10000;");
        return session;
    }

    sealed class Snapshot(string copy) : IDatabaseSnapshot
    {
        public IReadOnlyList<DatabasePart> Parts { get; } = [new(PartName, () => File.OpenRead(copy))];

        public ValueTask<IReadOnlyList<string>> ReadMediaAsync(CancellationToken cancellationToken)
        {
            // Immutable: nothing else touches the copy, and reading it must leave no file beside it.
            using var session = Open(new SqliteConnectionStringBuilder { DataSource = $"{new Uri(copy).AbsoluteUri}?immutable=1", Mode = SqliteOpenMode.ReadOnly });
            return new(ReadMedia(session));
        }

        public ValueTask DisposeAsync()
        {
            File.Delete(copy);
            return default;
        }
    }
}
