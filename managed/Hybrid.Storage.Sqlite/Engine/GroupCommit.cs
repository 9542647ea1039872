using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.Space;
using Hybrid.Storage.Streams;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Engine;

/// <summary>
/// The one writer. Jobs that wait while a commit is being made durable share the next one, so the cost of an fsync is split
/// among all that came in meanwhile. Each job runs in a savepoint of its own: one that fails takes no other with it. A job is
/// acknowledged only after the commit that carries it is on disk.
/// </summary>
sealed class GroupCommit : IDisposable
{
    // Bounds how long the first job of a batch waits for the others to run.
    const int MaxJobsPerCommit = 256;

    // The index of the write-ahead log could not be made larger: extended result code SQLITE_IOERR_SHMSIZE.
    const int SharedMemorySize = 4874;

    readonly SqliteWriter _writer;
    readonly StreamHub _hub;
    readonly StorageSpace _space;
    readonly BlockingCollection<IWriteJob> _queue = [];
    readonly Thread? _thread;
    readonly long[] _stored = new long[StreamPositions.Count];

    public GroupCommit(SqliteSession session, StreamHub hub, StorageSpace space, bool writesInline)
    {
        _writer = new SqliteWriter(session);
        _hub = hub;
        _space = space;
        foreach (var (kind, position) in session.Query(
            "SELECT kind, position FROM stream_positions", static row => ((StreamKind)row.GetInt32(0), row.GetInt64(1))))
        {
            _stored[(int)kind] = position;
            _writer.Notes.SetPosition(kind, position);
            _hub.Initialize(kind, position);
        }

        if (writesInline)
            return;

        _thread = new Thread(Run) { IsBackground = true, Name = "sqlite-writer" };
        _thread.Start();
    }

    public Task<T> EnqueueAsync<T>(Func<SqliteWriter, T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var job = new WriteJob<T>(work);
        if (_thread is null)
            Commit([job]);
        else
            _queue.Add(job, cancellationToken);
        return job.Task;
    }

    /// <summary>Works off what is queued, then ends.</summary>
    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread?.Join();
        _queue.Dispose();
    }

    void Run()
    {
        var batch = new List<IWriteJob>(MaxJobsPerCommit);
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            batch.Add(first);
            Commit(batch);
            batch.Clear();
        }
    }

    void Commit(List<IWriteJob> batch)
    {
        var session = _writer.Session;
        Exception? noRoom = null;
        try
        {
            session.Execute("BEGIN IMMEDIATE");
            noRoom = RunJob(batch[0]);
            // On a full disk SQLite may have undone the whole transaction: nothing more is put into it.
            while (noRoom is null && batch.Count < MaxJobsPerCommit && _queue.TryTake(out var next))
            {
                batch.Add(next);
                noRoom = RunJob(next);
            }

            StorePositions();
            session.Execute("COMMIT");
        }
#pragma warning disable CA1031 // Whatever went wrong, every job of the batch must hear of it and the writer must go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Abandon();
            var reason = noRoom ?? Explain(exception);
            foreach (var job in batch)
                job.Fail(reason);
            return;
        }

        for (var i = 0; i < _stored.Length; i++)
            _stored[i] = _writer.Notes.Position((StreamKind)i);
        _writer.Notes.Publish(_hub);
        foreach (var job in batch)
            job.Acknowledge();
    }

    /// <summary>Runs a job in its savepoint; the exception when it found no room.</summary>
    StorageFullException? RunJob(IWriteJob job)
    {
        _writer.Notes.BeginJob();
        _writer.Session.Execute("SAVEPOINT job");
        StorageFullException? noRoom = null;
        if (!job.TryRun(_writer, Explain))
        {
            noRoom = job.Failure as StorageFullException;
            if (noRoom is not null && !_writer.Session.IsInTransaction)
                throw noRoom;
            _writer.Session.Execute("ROLLBACK TO job");
            _writer.Notes.RevertJob();
        }

        _writer.Session.Execute("RELEASE job");
        return noRoom;
    }

    /// <summary>What to tell the caller of a job that failed for <paramref name="exception"/>.</summary>
    Exception Explain(Exception exception) => exception is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL } or SqliteException { SqliteExtendedErrorCode: SharedMemorySize }
        ? _space.Refuse("the database found no room for a write", exception)
        : exception;

    void StorePositions()
    {
        for (var i = 0; i < _stored.Length; i++)
        {
            var position = _writer.Notes.Position((StreamKind)i);
            if (position != _stored[i])
                _writer.Session.Execute("INSERT INTO stream_positions (kind, position) VALUES (?1, ?2) ON CONFLICT (kind) DO UPDATE SET position = excluded.position", (long)i, position);
        }
    }

    void Abandon()
    {
        try
        {
            _writer.Session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself already, as it does on a full disk.
        }

        for (var i = 0; i < _stored.Length; i++)
            _writer.Notes.SetPosition((StreamKind)i, _stored[i]);
        _writer.Notes.Discard();
    }

    interface IWriteJob
    {
        /// <summary>What the work threw.</summary>
        Exception? Failure { get; }

        /// <summary>Runs the work; false when it threw, which is explained and kept for <see cref="Acknowledge"/>.</summary>
        bool TryRun(SqliteWriter writer, Func<Exception, Exception> explain);

        void Acknowledge();

        void Fail(Exception exception);
    }

    sealed class WriteJob<T>(Func<SqliteWriter, T> work) : IWriteJob
    {
        readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        T _result = default!;

        public Task<T> Task => _completion.Task;

        public Exception? Failure { get; private set; }

        public bool TryRun(SqliteWriter writer, Func<Exception, Exception> explain)
        {
            try
            {
                _result = work(writer);
                return true;
            }
#pragma warning disable CA1031 // The caller who awaits the job gets it, whatever it is.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Failure = explain(exception);
                return false;
            }
        }

        public void Acknowledge()
        {
            if (Failure is null)
                _completion.SetResult(_result);
            else
                _completion.SetException(Failure);
        }

        public void Fail(Exception exception) => _completion.SetException(Failure ?? exception);
    }
}
