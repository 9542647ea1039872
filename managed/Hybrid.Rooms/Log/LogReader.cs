using System.Threading.Channels;
using Hybrid.Storage;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Space;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Rooms.Log;

/// <summary>
/// A reader of the log with a place of its own that is written down together with what it derives: after a start it reads on from
/// there, then follows what is published. It comes behind the log without holding anyone up; who needs it to be level waits for that
/// (<see cref="CatchUpAsync"/>). What it writes must be what is so now, since a stretch may be read twice.
/// </summary>
public abstract class LogReader : BackgroundService
{
    const int ReplayPage = 500;
    const int MaxBatch = 256;

    // More wait in the log itself: a reader that is behind by hours must not keep hours of events in memory.
    const int MostWaiting = 4096;

    // A place that is this far behind is written down even though nothing in between mattered, so that a start stays quick.
    const long MaxUnwritten = 5000;

    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    readonly StreamHub _hub;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly Channel<StoredEvent> _published =
        Channel.CreateBounded<StoredEvent>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    readonly Lock _lock = new();
    readonly List<(long Position, TaskCompletionSource Reached)> _waiters = [];
    readonly SemaphoreSlim _hurry = new(0);
    long _lastRelevant;
    long _taken;
    bool _missed;

    protected LogReader(StreamHub hub, IRoomStore log, TimeProvider time, ILogger logger)
    {
        _hub = hub;
        Log = log;
        _time = time;
        _logger = logger;
    }

    /// <summary>Completes when everything that was published before the call is taken in.</summary>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_taken >= _lastRelevant)
                return ValueTask.CompletedTask;
            _waiters.Add((_lastRelevant, reached));
        }

        _hurry.Release();

        return new ValueTask(reached.Task.WaitAsync(cancellationToken));
    }

    /// <summary>The log.</summary>
    protected IRoomStore Log { get; }

    public override void Dispose()
    {
        base.Dispose();
        _hurry.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What it derives, for the log: "The user directory".</summary>
    protected abstract string Subject { get; }

    /// <summary>
    /// How long it gathers before it takes in what was published, unless somebody waits for it: each time costs a commit, which all
    /// who write wait for.
    /// </summary>
    protected virtual TimeSpan Gathering => TimeSpan.Zero;

    protected abstract ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken);

    /// <summary>Whether anything is derived from the event. Must be quick.</summary>
    protected abstract bool IsRelevant(StoredEvent stored);

    /// <summary>
    /// As the other, with what the event does to current state, which the log does not tell again. An event that is relevant for that
    /// comes to <see cref="ApplyAsync"/> though it is not by itself.
    /// </summary>
    protected virtual bool IsRelevant(StoredEvent stored, IReadOnlyList<StateEffect>? effects) => IsRelevant(stored);

    /// <summary>Takes relevant events in, in log order, and writes down the place.</summary>
    protected abstract ValueTask ApplyAsync(IReadOnlyList<StoredEvent> events, long position, CancellationToken cancellationToken);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var following = _hub.Subscribe(Follow);
        try
        {
            var position = await InsistAsync(() => ReadPositionAsync(stoppingToken), stoppingToken);
            position = await ReplayAsync(position, stoppingToken);
            while (await _published.Reader.WaitToReadAsync(stoppingToken))
            {
                await _hurry.WaitAsync(Gathering, stoppingToken);
                position = await TakeAsync(position, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was not taken in is read again at the next start.
        }
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice.Event is not { } stored || !IsRelevant(stored, notice.Effects))
                continue;

            lock (_lock)
                _lastRelevant = stored.Position;
            if (!_published.Writer.TryWrite(stored))
                Volatile.Write(ref _missed, true);
        }
    }

    async Task<long> ReplayAsync(long position, CancellationToken cancellationToken)
    {
        var written = position;
        while (await InsistAsync(() => Log.ReadLogAsync(position, ReplayPage, cancellationToken), cancellationToken) is { Count: > 0 } page)
        {
            var relevant = page.Where(IsRelevant).ToList();
            position = page[^1].Position;
            if (relevant.Count > 0 || position - written >= MaxUnwritten)
            {
                await InsistOnApplyingAsync(relevant, position, cancellationToken);
                written = position;
            }
        }

        Reached(position);
        return position;
    }

    async Task<long> TakeAsync(long position, CancellationToken cancellationToken)
    {
        // What was missed came after everything that waits: that is more than a batch, so nothing later was taken yet.
        if (Volatile.Read(ref _missed))
        {
            Volatile.Write(ref _missed, false);
            while (_published.Reader.TryRead(out _))
            {
                // It is in the log too.
            }

            return await ReplayAsync(position, cancellationToken);
        }

        var batch = new List<StoredEvent>();
        while (batch.Count < MaxBatch && _published.Reader.TryRead(out var stored))
        {
            if (stored.Position > position)
                batch.Add(stored);
        }

        if (batch.Count == 0)
            return position;

        await InsistOnApplyingAsync(batch, batch[^1].Position, cancellationToken);
        Reached(batch[^1].Position);
        return batch[^1].Position;
    }

    async ValueTask InsistOnApplyingAsync(List<StoredEvent> batch, long position, CancellationToken cancellationToken) =>
        await InsistAsync(
            async () =>
            {
                await ApplyAsync(batch, position, cancellationToken);
                return true;
            },
            cancellationToken);

    // A full disk or a database that went away must not end the reader: it goes on from here when that is over.
    async ValueTask<T> InsistAsync<T>(Func<ValueTask<T>> step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await step();
            }
#pragma warning disable CA1031 // Whatever it is, the only other way is to stop for good.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                // A full disk is told of once, by the server itself.
                if (exception is StoreUnavailableException)
                    _logger.LogWarning("{Subject} cannot be kept at the moment: {Reason}", Subject, exception.Message);
                else if (exception is not StorageFullException)
                    _logger.LogError(exception, "{Subject} could not be kept; trying again in {Delay}", Subject, RetryDelay);
                await Task.Delay(RetryDelay, _time, cancellationToken);
            }
        }
    }

    void Reached(long position)
    {
        List<TaskCompletionSource> reached;
        lock (_lock)
        {
            _taken = Math.Max(_taken, position);
            reached = [.. _waiters.Where(waiter => waiter.Position <= _taken).Select(static waiter => waiter.Reached)];
            _waiters.RemoveAll(waiter => waiter.Position <= _taken);
        }

        foreach (var waiter in reached)
            waiter.SetResult();
    }
}
