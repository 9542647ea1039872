using System.Threading.Channels;
using Hybrid.Primitives;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Logging;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>
/// The one writer. Jobs that wait while a commit is being made durable share the next one, so the cost of a commit is split among
/// all that came in meanwhile. A job that fails is undone alone: those that do as they like run in a savepoint each, and when
/// shared work fails, every job of the commit is run again in one of its own. A job is acknowledged only after the commit that
/// carries it is durable. What happens when the connection is lost is told in <see cref="WriterConnection"/>.
/// </summary>
sealed partial class GroupCommit : IAsyncDisposable
{
    // Bounds how long the first job of a batch waits for the others to run.
    const int MaxJobsPerCommit = 256;

    const string Savepoint = "SAVEPOINT job";

    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    readonly WriterConnection _connection;
    readonly PostgresWriter _writer;
    readonly StreamHub _hub;
    readonly ILogger _logger;
    readonly Channel<WriteJob> _queue = Channel.CreateUnbounded<WriteJob>(new UnboundedChannelOptions { SingleReader = true });
    readonly CancellationTokenSource _closing = new();
    readonly Task _running;
    volatile StoreUnavailableException? _unavailable;
    string? _reason;

    GroupCommit(WriterConnection connection, PostgresWriter writer, StreamHub hub, ILogger logger)
    {
        _connection = connection;
        _writer = writer;
        _hub = hub;
        _logger = logger;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Takes the connection over, with the positions that it found.</summary>
    public static GroupCommit Start(WriterConnection connection, PostgresWriter writer, StreamHub hub, ILogger logger)
    {
        foreach (var kind in Enum.GetValues<StreamKind>())
        {
            var position = connection.Stored(kind);
            writer.Notes.SetPosition(kind, position);
            // The streams that are kept in memory have no position here.
            if (position > 0)
                hub.Initialize(kind, position);
        }

        return new GroupCommit(connection, writer, hub, logger);
    }

    /// <summary>Why there is no writing at the moment; null while there is.</summary>
    public StoreUnavailableException? Unavailable => _unavailable;

    /// <summary>The last position of a stream that readers have been told of.</summary>
    public long Published(StreamKind stream) => _hub.Current(stream);

    public async Task<T> EnqueueAsync<T>(Func<PostgresWriter, Task<T>> work, CancellationToken cancellationToken)
    {
        var job = new WriteJob<T>(work);
        Enqueue(job, cancellationToken);
        return await job.Task;
    }

    public async Task EnqueueAsync<TItem>(ISharedWork<TItem> work, TItem item, CancellationToken cancellationToken)
    {
        var job = new SharedJob<TItem>(work, item);
        Enqueue(job, cancellationToken);
        await job.Task;
    }

    /// <summary>Works off what is queued, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _closing.CancelAsync();
        await _running;
        await _connection.DisposeAsync();
        _closing.Dispose();
    }

    void Enqueue(WriteJob job, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_unavailable is { } unavailable)
            throw new StoreUnavailableException(unavailable.Message, unavailable.InnerException);

        ObjectDisposedException.ThrowIf(!_queue.Writer.TryWrite(job), this);
    }

    async Task RunAsync()
    {
        var batch = new List<WriteJob>(MaxJobsPerCommit);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < MaxJobsPerCommit && _queue.Reader.TryRead(out var next))
                batch.Add(next);
            if (await CommitAsync(batch) is { } lost)
                await ReconnectAsync(lost);
        }
    }

    /// <summary>Commits the jobs, together if that can be. Returns what broke when the connection is lost; every job has ended by then.</summary>
    async Task<Exception?> CommitAsync(List<WriteJob> batch)
    {
        var failure = await TryCommitAsync(batch);
        if (failure is not null && _connection.IsLost)
        {
            // Mostly it was cut off while it was idle and can be had again at once: then no one need hear of it.
            var last = await TryReconnectAsync();
            if (last == LastCommit.Made)
                Acknowledge(batch);
            if (last == LastCommit.NotMade)
                failure = await TryCommitAsync(batch);
            if (last == LastCommit.Made || failure is null)
                return null;
        }

        if (failure is null)
            return null;
        if (_connection.IsLost || batch.Count == 1)
        {
            FailAll(batch, failure);
            return _connection.IsLost ? failure : null;
        }

        for (var i = 0; i < batch.Count; i++)
        {
            var single = batch.GetRange(i, 1);
            if (await TryCommitAsync(single) is not { } alone)
                continue;

            FailAll(_connection.IsLost ? batch.GetRange(i, batch.Count - i) : single, alone);
            if (_connection.IsLost)
                return alone;
        }

        return null;
    }

    /// <summary>One transaction with all jobs: commits, publishes and acknowledges them, or undoes them and returns why.</summary>
    async Task<Exception?> TryCommitAsync(List<WriteJob> batch)
    {
        try
        {
            _writer.Session.Defer("BEGIN");
            for (var i = 0; i < batch.Count;)
                i += await RunJobsAsync(batch, i);
            await _connection.CommitAsync(_writer);
        }
#pragma warning disable CA1031 // Whatever went wrong, every job of the batch must hear of it and the writer must go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // Not known to be undone: what was to follow the commit is kept until it is known.
            if (_connection.IsUndecided)
                return exception;

            await _connection.RollbackAsync(_writer);
            return exception;
        }

        Publish();
        Acknowledge(batch);
        return null;
    }

    static void Acknowledge(List<WriteJob> batch)
    {
        foreach (var job in batch)
            job.Acknowledge();
    }

    void Publish()
    {
        _writer.Notes.Publish(_hub);
    }

    /// <summary>Runs the job at <paramref name="start"/> with those after it that are of its kind; how many these are.</summary>
    async Task<int> RunJobsAsync(List<WriteJob> batch, int start)
    {
        var job = batch[start];
        var alike = new List<WriteJob>();
        while (job.Kind is { } kind && start + alike.Count + 1 < batch.Count && batch[start + alike.Count + 1].Kind == kind)
            alike.Add(batch[start + alike.Count + 1]);

        // What a job left for the next message must not fail in the middle of another job. The last one's goes with the commit.
        var session = _writer.Session;
        var isLast = start + alike.Count + 1 == batch.Count;
        _writer.Notes.BeginJob();
        if (job.Kind is not null)
        {
            await job.RunAsync(_writer, alike.ToArray());
            if (!isLast)
                await session.FlushAsync();
            return 1 + alike.Count;
        }

        session.Defer(Savepoint);
        try
        {
            await job.RunAsync(_writer, default);
            job.Refuse(null);
            if (session.TryTakeBack(Savepoint))
                return 1;
            if (!isLast)
                await session.FlushAsync();
            session.Defer("RELEASE job");
        }
#pragma warning disable CA1031 // The caller who awaits the job gets it, whatever it is.
        catch (Exception exception) when (session.IsOpen)
#pragma warning restore CA1031
        {
            job.Refuse(PostgresErrors.Translate(exception));
            _writer.Notes.RevertJob();
            if (!session.TryTakeBack(Savepoint))
                session.Defer("ROLLBACK TO job");
        }

        return 1;
    }

    static void FailAll(List<WriteJob> batch, Exception failure)
    {
        foreach (var job in batch)
            job.Fail(PostgresErrors.Translate(failure));
    }

    // Until the database is back, whoever wants to write hears at once that it is not.
    async Task ReconnectAsync(Exception lost)
    {
        var since = DateTimeOffset.UtcNow;
        _unavailable = new StoreUnavailableException("The connection to the database is lost.", lost);
        LogLost(_connection.Address, lost.Message);
        var pause = TimeSpan.FromMilliseconds(50);
        while (true)
        {
            while (_queue.Reader.TryRead(out var job))
                job.Fail(_unavailable);
            if (_closing.IsCancellationRequested)
                return;
            if (await TryReconnectAsync() is not null)
                break;

            await Task.Delay(pause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        _unavailable = null;
        _reason = null;
        LogBack(_connection.Address, (DateTimeOffset.UtcNow - since).TotalSeconds);
    }

    /// <summary>Connects again; null when that fails. What an undecided commit was to bring is published if it was made.</summary>
    async Task<LastCommit?> TryReconnectAsync()
    {
        try
        {
            var last = await _connection.ReconnectAsync(_writer, _closing.Token);
            if (last == LastCommit.Made)
                Publish();
            else
                _writer.Notes.Discard();
            return last;
        }
#pragma warning disable CA1031 // Whatever keeps the writer from the database, it tries again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (exception.Message != _reason)
                LogStillLost(_connection.Address, exception.Message);
            _reason = exception.Message;
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The connection to {Database} is lost: {Reason}. Writing waits until it is back")]
    partial void LogLost(PostgresAddress database, string reason);

    [LoggerMessage(2, LogLevel.Warning, "{Database} cannot be opened: {Reason}")]
    partial void LogStillLost(PostgresAddress database, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Database} is back after {Seconds:F1} s")]
    partial void LogBack(PostgresAddress database, double seconds);
}
