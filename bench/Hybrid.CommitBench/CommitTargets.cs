using Hybrid.Durability.Tests.PowerLoss;
using Hybrid.Primitives;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Data.Sqlite;

namespace Hybrid.CommitBench;

/// <summary>Something that makes a row of a kibibyte durable.</summary>
interface ICommitTarget : IDisposable
{
    long Commits { get; }

    /// <summary>Syncs of files, checkpoints' included.</summary>
    long Syncs { get; }

    /// <summary>Completes when the row is durable.</summary>
    Task WriteAsync();
}

/// <summary>The server's own writer.</summary>
sealed class GroupCommitTarget : ICommitTarget
{
    readonly SyncCounter _counter;
    readonly SqliteDatabase _database;
    readonly byte[] _row = new byte[1024];
    long _commits;

    public GroupCommitTarget(string folder)
    {
        _counter = new SyncCounter(folder);
        var hub = new StreamHub();
        hub.Subscribe(_ => Interlocked.Increment(ref _commits));
        _database = SqliteDatabase.Open(Path.Combine(folder, "hybrid.db"), hub, new SqliteOptions { Vfs = DiskRecording.VfsName });
    }

    public long Commits => Interlocked.Read(ref _commits);

    public long Syncs => _counter.Syncs;

    public Task WriteAsync() => _database.WriteAsync(
        writer =>
        {
            writer.Session.Execute("INSERT INTO space_probe (bytes) VALUES (?1)", _row);
            writer.Notify(new StreamNotice(StreamKind.Presence, 1));
        },
        CancellationToken.None).AsTask();

    public void Dispose()
    {
        _database.Dispose();
        _counter.Dispose();
    }
}

/// <summary>The same database and settings, with a transaction for each row, one at a time.</summary>
sealed class SingleCommitTarget : ICommitTarget
{
    readonly SyncCounter _counter;
    readonly SemaphoreSlim _turn = new(1);
    readonly SqliteConnection _connection;
    readonly SqliteCommand _insert;

    public SingleCommitTarget(string folder)
    {
        _counter = new SyncCounter(folder);
        SQLitePCL.Batteries_V2.Init();
        var options = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "single.db"), Pooling = false, Vfs = DiskRecording.VfsName };
        _connection = new SqliteConnection(options.ToString());
        _connection.Open();
        using var script = _connection.CreateCommand();
        script.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE space_probe (bytes BLOB NOT NULL) STRICT;";
        script.ExecuteNonQuery();
        _insert = _connection.CreateCommand();
        _insert.CommandText = "INSERT INTO space_probe (bytes) VALUES (?1)";
        _insert.Parameters.Add(new SqliteParameter("?1", new byte[1024]));
    }

    public long Commits { get; private set; }

    public long Syncs => _counter.Syncs;

    public async Task WriteAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _insert.ExecuteNonQuery();
            Commits++;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
        _turn.Dispose();
        _counter.Dispose();
    }
}

/// <summary>Counts the syncs of one folder's files.</summary>
sealed class SyncCounter : IDisposable
{
    readonly DiskRecording _disk;
    long _syncs;

    public SyncCounter(string folder) => _disk = new DiskRecording(folder)
    {
        Keeps = false,
        Fault = kind =>
        {
            if (kind == DiskOperationKind.Sync)
                Interlocked.Increment(ref _syncs);
            return 0;
        },
    };

    public long Syncs => Interlocked.Read(ref _syncs);

    public void Dispose() => _disk.Dispose();
}
