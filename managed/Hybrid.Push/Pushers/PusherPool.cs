using Hybrid.Primitives;
using Hybrid.Storage;
using Hybrid.Storage.Push;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Push.Pushers;

/// <summary>
/// Works off the queues of pushers, each pusher one after the other and a bounded number at a time. What fails is tried again, ever
/// less often; what waits longer than a day is given up.
/// </summary>
sealed class PusherPool : BackgroundService
{
    const int MostAtATime = 64;
    static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LastRetry = TimeSpan.FromHours(1);
    static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(24);

    readonly IPusherStore _store;
    readonly PusherRegistry _registry;
    readonly BadgeCounts _badges;
    readonly Dictionary<string, IPusherDelivery> _deliveries;
    readonly TimeProvider _time;
    readonly ILogger<PusherPool> _logger;
    readonly SemaphoreSlim _slots = new(MostAtATime);
    readonly Lock _lock = new();
    readonly Dictionary<long, Work> _works = [];
    readonly IDisposable _following;
    readonly CancellationTokenSource _end = new();

    public PusherPool(
        StreamHub hub, IPusherStore store, PusherRegistry registry, BadgeCounts badges, IEnumerable<IPusherDelivery> deliveries, TimeProvider time,
        ILogger<PusherPool> logger)
    {
        _store = store;
        _registry = registry;
        _badges = badges;
        _deliveries = deliveries.ToDictionary(static delivery => delivery.Kind);
        _time = time;
        _logger = logger;
        _following = hub.Subscribe(Follow);
    }

    /// <summary>Something may wait for the pusher.</summary>
    public void Wake(long pusher) => Wake(pusher, badge: false);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _registry.LoadAsync(cancellationToken);
        foreach (var pusher in await _store.ReadWaitingAsync(cancellationToken))
            Wake(pusher);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _end.CancelAsync();
        Task[] running;
        lock (_lock)
            running = [.. _works.Values.Select(static work => work.Task)];
        await Task.WhenAll(running).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _following.Dispose();
        _slots.Dispose();
        _end.Dispose();
        base.Dispose();
    }

    // All work hangs on what wakes it; there is nothing to do in between.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice is not { Stream: StreamKind.Receipts, User: { } userId } || !_registry.Any)
                continue;

            foreach (var pusher in _registry.Of(userId))
            {
                _badges.MarkRead(userId);
                Wake(pusher, badge: true);
            }
        }
    }

    void Wake(long pusher, bool badge)
    {
        lock (_lock)
        {
            if (_end.IsCancellationRequested)
                return;
            if (_works.TryGetValue(pusher, out var work))
            {
                work.Badge |= badge;
                work.Again = true;
                return;
            }

            _works[pusher] = work = new Work { Badge = badge };
            work.Task = Task.Run(() => RunAsync(pusher, work));
        }
    }

    async Task RunAsync(long pusher, Work work)
    {
        var retry = FirstRetry;
        try
        {
            while (true)
            {
                var step = await StepAsync(pusher, work);
                if (step.Delay is { } delay)
                {
                    await Task.Delay(delay, _time, _end.Token);
                }
                else if (step.Failed)
                {
                    await Task.Delay(retry, _time, _end.Token);
                    retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
                }
                else
                {
                    retry = FirstRetry;
                }

                if (step.Idle && IsDone(pusher, work))
                    return;
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The queue is in the store; the next start goes on with it.
        }
    }

    // Whoever wakes it either sees that it is gone, or has it go around once more.
    bool IsDone(long pusher, Work work)
    {
        lock (_lock)
        {
            if (work.Again)
            {
                work.Again = false;
                return false;
            }

            _works.Remove(pusher);
            return true;
        }
    }

    async Task<Step> StepAsync(long number, Work work)
    {
        await _slots.WaitAsync(_end.Token);
        try
        {
            return await SendAsync(number, work, _end.Token);
        }
        catch (StoreUnavailableException exception)
        {
            _logger.LogWarning("Pushes have to wait: {Reason}", exception.Message);
            return new Step { Failed = true };
        }
#pragma warning disable CA1031 // One pusher's trouble must not end it for good: it is tried again, and given up in the end.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _logger.LogError(exception, "The pusher {Number} could not be served", number);
            return new Step { Failed = true };
        }
        finally
        {
            _slots.Release();
        }
    }

    async Task<Step> SendAsync(long number, Work work, CancellationToken cancellationToken)
    {
        if (await _store.FindAsync(number, cancellationToken) is not { } pusher || !_deliveries.TryGetValue(pusher.Kind, out var kind))
        {
            Forget(number);
            return new Step { Idle = true };
        }

        var queue = await _store.ReadQueueAsync(number, kind.BatchSize, cancellationToken);
        var tooOld = queue.LastOrDefault(push => _time.GetUtcNow() - push.QueuedAt > GiveUpAfter);
        if (tooOld is not null)
        {
            await _store.DequeueAsync(number, tooOld.Position, cancellationToken);
            return new Step();
        }

        if (queue.Count == 0)
            return await SendBadgeAsync(pusher, kind, work, cancellationToken);

        var delivery = await kind.SendAsync(pusher, queue, cancellationToken);
        if (delivery.UpTo > 0)
            await _store.DequeueAsync(number, delivery.UpTo, cancellationToken);
        return delivery.Outcome switch
        {
            DeliveryOutcome.Gone => await RemoveAsync(pusher, cancellationToken),
            DeliveryOutcome.Failed => new Step { Failed = true },
            _ => new Step { Delay = delivery.WaitUntil is { } until ? Positive(until - _time.GetUtcNow()) : null },
        };
    }

    async Task<Step> SendBadgeAsync(Pusher pusher, IPusherDelivery kind, Work work, CancellationToken cancellationToken)
    {
        if (!work.Badge)
            return new Step { Idle = true };

        work.Badge = false;
        // A count that could not be told is told with the next event: no reason to keep trying.
        return await kind.SendBadgeAsync(pusher, cancellationToken) == DeliveryOutcome.Gone ? await RemoveAsync(pusher, cancellationToken) : new Step();
    }

    async Task<Step> RemoveAsync(Pusher pusher, CancellationToken cancellationToken)
    {
        _logger.LogInformation("The pusher {Number} is not wanted any more by the other side, and goes", pusher.Number);
        await _store.RemoveAsync(pusher.UserId, pusher.AppId, pusher.PushKey, cancellationToken);
        _registry.Remove(pusher.UserId, pusher.Number);
        return new Step { Idle = true };
    }

    void Forget(long number) => _registry.Forget(number);

    static TimeSpan Positive(TimeSpan delay) => delay > TimeSpan.Zero ? delay : TimeSpan.Zero;

    readonly record struct Step(bool Idle, bool Failed, TimeSpan? Delay);

    /// <summary>A pusher that is being served.</summary>
    sealed class Work
    {
        public Task Task { get; set; } = Task.CompletedTask;

        /// <summary>It was woken since it last looked.</summary>
        public bool Again { get; set; }

        /// <summary>The count may have changed.</summary>
        public volatile bool Badge;
    }
}
