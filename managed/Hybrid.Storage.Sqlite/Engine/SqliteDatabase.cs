using System.Collections.Concurrent;
using Hybrid.Storage.Space;
using Hybrid.Storage.Streams;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>
/// The embedded database: one file in WAL mode with full durability, one writer with group commit (<see cref="GroupCommit"/>),
/// and a pool of reading sessions that never wait for it.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    // Journal in WAL and an fsync per commit: what is acknowledged survives a power cut.
    const string Pragmas = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA busy_timeout = 10000;
        PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -8192;
        """;

    readonly string _connectionString;
    readonly ConcurrentBag<SqliteSession> _readers = [];
    readonly SqliteSession _writing;
    readonly GroupCommit _commits;
    readonly StorageSpace _space;
    readonly bool _durable;
    bool _disposed;

    SqliteDatabase(string path, StreamHub hub, SqliteOptions options)
    {
        _space = options.Space;
        _durable = options.Durable;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Vfs = options.Vfs }.ToString();
        _writing = OpenSession();
        try
        {
            SqliteMigrations.Apply(_writing, options.Progress);
            _commits = new GroupCommit(_writing, hub, _space, options.WritesInline);
        }
        catch
        {
            _writing.Dispose();
            throw;
        }
    }

    /// <summary>Opens or creates the database at <paramref name="path"/> and brings its schema up to date.</summary>
    /// <exception cref="InvalidDataException">The file is another program's, or a newer version's.</exception>
    public static SqliteDatabase Open(string path, StreamHub hub, SqliteOptions? options = null)
    {
        SQLitePCL.Batteries_V2.Init();
        return new SqliteDatabase(path, hub, options ?? new SqliteOptions());
    }

    /// <summary>Which version opened the database at <paramref name="path"/> last, and how far its schema is; changes nothing.</summary>
    /// <exception cref="InvalidDataException">There is no database of Hybrid.</exception>
    public static string Describe(string path)
    {
        SQLitePCL.Batteries_V2.Init();
        if (!File.Exists(path))
            throw new InvalidDataException($"there is no database '{path}'");

        var options = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadWrite };
        using var session = new SqliteSession(options.ToString());
        return SqliteMigrations.Describe(session);
    }

    /// <summary>Runs <paramref name="work"/> on the writer; completes when it is durable. An exception of the work undoes it alone.</summary>
    /// <exception cref="StorageFullException">There is no room to write.</exception>
    public ValueTask<T> WriteAsync<T>(Func<SqliteWriter, T> work, CancellationToken cancellationToken)
    {
        _space.ThrowIfFull();
        return WriteAnywayAsync(work, cancellationToken);
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public async ValueTask WriteAsync(Action<SqliteWriter> work, CancellationToken cancellationToken) =>
        await WriteAsync(
            writer =>
            {
                work(writer);
                return true;
            },
            cancellationToken);

    /// <summary>As <see cref="WriteAsync{T}"/>, and tried even when the last write found no room.</summary>
    internal ValueTask<T> WriteAnywayAsync<T>(Func<SqliteWriter, T> work, CancellationToken cancellationToken) =>
        new(_commits.EnqueueAsync(work, cancellationToken));

    /// <summary>Runs a query on a reading session; what it sees is one consistent commit per statement.</summary>
    public T Read<T>(Func<SqliteSession, T> query)
    {
        if (!_readers.TryTake(out var session))
            session = OpenSession();
        try
        {
            return query(session);
        }
        finally
        {
            _readers.Add(session);
        }
    }

    /// <summary>Ends the writer after its queue is worked off, and closes every session.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;

        _disposed = true;
        _commits.Dispose();
        while (_readers.TryTake(out var reader))
            reader.Dispose();
        _writing.Dispose();
    }

    SqliteSession OpenSession()
    {
        var session = new SqliteSession(_connectionString);
        session.ExecuteScript(Pragmas);
        if (!_durable)
            session.ExecuteScript("PRAGMA synchronous = OFF");
        return session;
    }
}
