using System.Threading.Channels;
using Hybrid.Ephemeral.Receipts;
using Hybrid.Primitives;
using Hybrid.Storage;
using Hybrid.Storage.Space;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Federation.Inbound.Edus;

/// <summary>A receipt for an event that is not here yet.</summary>
sealed record EarlyReceipt(RoomId RoomId, UserId UserId, EventId EventId, string? ThreadId, long Timestamp);

/// <summary>
/// Receipts that came before their events: a transaction carries both, and its events are worked off after it is answered. They are set when
/// their events are there. A bounded number waits, and none survives a restart.
/// </summary>
public sealed class EarlyReceipts(StreamHub hub, ReceiptService receipts, ILogger<EarlyReceipts> logger) : BackgroundService
{
    const int MaxWaiting = 10_000;

    readonly Lock _lock = new();
    readonly Dictionary<EventId, List<EarlyReceipt>> _waiting = [];
    readonly Queue<EventId> _order = new();
    readonly Channel<EarlyReceipt> _due = Channel.CreateUnbounded<EarlyReceipt>(new UnboundedChannelOptions { SingleReader = true });
    int _count;
    IDisposable? _following;

    internal void Add(EarlyReceipt receipt)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(receipt.EventId, out var forEvent))
            {
                _waiting.Add(receipt.EventId, forEvent = []);
                _order.Enqueue(receipt.EventId);
            }

            _count += 1 - forEvent.RemoveAll(known => known.UserId == receipt.UserId && known.ThreadId == receipt.ThreadId);
            forEvent.Add(receipt);
            while (_order.TryPeek(out var oldest) && (_count > MaxWaiting || _order.Count > 2 * MaxWaiting || !_waiting.ContainsKey(oldest)))
                Remove(_order.Dequeue());
        }
    }

    /// <summary>Takes those for an event out.</summary>
    internal IReadOnlyList<EarlyReceipt> Take(EventId eventId)
    {
        lock (_lock)
            return Remove(eventId);
    }

    // Before anything else runs: what happens from now on is not missed.
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        _following = hub.Subscribe(Follow);
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _following?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var receipt in _due.Reader.ReadAllAsync(stoppingToken))
                await SetAsync(receipt, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Their users will read on.
        }
    }

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice.Event is not { } stored)
                continue;

            foreach (var receipt in Take(stored.EventId))
                _due.Writer.TryWrite(receipt);
        }
    }

    async ValueTask SetAsync(EarlyReceipt receipt, CancellationToken cancellationToken)
    {
        try
        {
            await receipts.TrySetRemoteAsync(
                receipt.RoomId, receipt.UserId, receipt.EventId, receipt.ThreadId, receipt.Timestamp, cancellationToken);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or StorageFullException)
        {
            logger.LogDebug("A receipt is lost: {Reason}", exception.Message);
        }
    }

    // An event whose receipts are gone stays in the order until its turn, and is then passed over.
    List<EarlyReceipt> Remove(EventId eventId)
    {
        if (!_waiting.Remove(eventId, out var forEvent))
            return [];

        _count -= forEvent.Count;
        return forEvent;
    }
}
