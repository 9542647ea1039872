using System.Threading.Channels;
using Hybrid.Storage.DelayedEvents;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Rooms.DelayedEvents;

/// <summary>
/// Sends delayed events when their time has come, those that came due while the server was down at its start, and cancels those whose state others have
/// set meanwhile.
/// </summary>
public sealed class DelayedEventClock(
    IDelayedEventStore store, DelayedEventQueue queue, DelayedEventSender sender, StreamHub hub, TimeProvider time, ILogger<DelayedEventClock> logger)
    : BackgroundService
{
    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    // Beyond this, timers are set anew rather than trusted to be exact.
    static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    readonly Channel<DelayedEvent> _replaced = Channel.CreateUnbounded<DelayedEvent>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Reads what is scheduled, so that nothing that happens from now on is missed.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var delayed in await store.ReadScheduledAsync(cancellationToken))
            queue.Put(delayed);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = hub.Subscribe(Follow);
        try
        {
            await Task.WhenAll(SendDueAsync(stoppingToken), CancelReplacedAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is scheduled goes on at the next start.
        }
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            foreach (var taken in notice.StateTaken)
            {
                foreach (var delayed in queue.TakeReplaced(taken, notice.Position))
                    _replaced.Writer.TryWrite(delayed);
            }
        }
    }

    async Task SendDueAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (due, next, changed) = queue.TakeDue(time.GetUtcNow());
            foreach (var delayed in due)
                await TryAsync(delayed, SendAsync, cancellationToken);
            if (due.Count > 0)
                continue;

            var wait = next is { } moment ? moment - time.GetUtcNow() : MaxWait;
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(changed, Task.Delay(Clamp(wait), time, waiting.Token));
            await waiting.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    async Task CancelReplacedAsync(CancellationToken cancellationToken)
    {
        await foreach (var delayed in _replaced.Reader.ReadAllAsync(cancellationToken))
            await TryAsync(delayed, CancelAsync, cancellationToken);
    }

    static TimeSpan Clamp(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > MaxWait ? MaxWait : wait;

    async ValueTask SendAsync(DelayedEvent delayed, CancellationToken cancellationToken)
    {
        // What happened between a state change and a crash, nobody heard of.
        if (await sender.IsReplacedAsync(delayed, cancellationToken))
            await CancelAsync(delayed, cancellationToken);
        else
            await sender.SendAsync(delayed, DelayedEvent.ByDelay, cancellationToken);
    }

    async ValueTask CancelAsync(DelayedEvent delayed, CancellationToken cancellationToken) =>
        await store.FinalizeAsync(
            delayed with { Outcome = DelayedOutcome.Canceled, Reason = "M_CANCELLED_BY_STATE_UPDATE: Others have set this state meanwhile.", FinalizedAt = time.GetUtcNow() }, cancellationToken);

    // A store that is away comes back: the event waits in the queue until then.
    async ValueTask TryAsync(DelayedEvent delayed, Func<DelayedEvent, CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(delayed, cancellationToken);
        }
#pragma warning disable CA1031 // One event that cannot be sent must not keep the others from being sent.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogWarning(exception, "A delayed event of {Room} is tried again", delayed.RoomId);
            queue.Put(delayed with { RunningSince = time.GetUtcNow() + RetryDelay - delayed.Delay });
        }
    }
}
