using System.Collections.Concurrent;
using Hybrid.Federation.Joins;
using Hybrid.Primitives;
using Hybrid.Storage;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Space;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Federation.Inbound;

/// <summary>
/// Works the inbound log off, in a lane for each room, so that a room whose events need much holds up no other. Lanes go on after a restart where they
/// were: an event leaves the log only when its room has received it.
/// </summary>
public sealed class RoomLanes(IInboundStore store, InboundReception reception, JoinsUnderWay joins, InboundOptions options, TimeProvider time, ILogger<RoomLanes> logger)
    : BackgroundService
{
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(100);

    readonly ConcurrentDictionary<RoomId, Lane> _lanes = new();
    readonly SemaphoreSlim _slots = new(options.MaxLanes);
    readonly PostponedEvents _postponed = new(time);
    CancellationToken _stopping;

    /// <summary>Says that events of a room wait.</summary>
    public void Wake(RoomId roomId)
    {
        while (true)
        {
            var lane = _lanes.GetOrAdd(roomId, static _ => new Lane());
            if (lane.TryCall(out var isFirst))
            {
                if (isFirst)
                    _ = RunAsync(roomId, lane);
                return;
            }

            // It has just ended; another takes its place.
            _lanes.TryRemove(KeyValuePair.Create(roomId, lane));
        }
    }

    /// <summary>How many events of the room waited when its lane last looked.</summary>
    public int Waiting(RoomId roomId) => _lanes.TryGetValue(roomId, out var lane) ? lane.Waiting : 0;

    public override void Dispose()
    {
        joins.Ended -= Wake;
        _slots.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _stopping = stoppingToken;
        joins.Ended += Wake;
        foreach (var roomId in await store.ReadRoomsAsync(stoppingToken))
            Wake(roomId);
    }

    async Task RunAsync(RoomId roomId, Lane lane)
    {
        await Task.Yield();
        try
        {
            do
            {
                await _slots.WaitAsync(_stopping);
                try
                {
                    await WorkOffAsync(roomId, lane);
                }
                finally
                {
                    _slots.Release();
                }
            }
            while (!lane.TryEnd());
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }

        _lanes.TryRemove(KeyValuePair.Create(roomId, lane));
    }

    async Task WorkOffAsync(RoomId roomId, Lane lane)
    {
        lane.Begin();
        var alone = 0;
        while (true)
        {
            try
            {
                lane.Waiting = await store.CountAsync(roomId, _stopping);
                if (await reception.IsHeldAsync(roomId, _stopping))
                    return;
                if (await ReadAsync(roomId, alone > 0 ? 1 : options.BatchSize) is not { Count: > 0 } batch)
                    return;

                if (await TryReceiveAsync(roomId, batch) is { } incomplete)
                {
                    await RemoveAsync(roomId, batch, incomplete);
                    alone = Math.Max(0, alone - 1);
                }
                else
                {
                    alone = batch.Count;
                }
            }
            catch (Exception exception) when (IsStorage(exception) && !_stopping.IsCancellationRequested)
            {
                logger.LogWarning("Receiving events of {Room} waits for the store: {Reason}", roomId, exception.Message);
                await Task.Delay(AfterFailure, time, _stopping);
            }
        }
    }

    async ValueTask<IReadOnlyList<InboundEvent>> ReadAsync(RoomId roomId, int limit)
    {
        var postponed = _postponed.Count(roomId);
        var read = await store.ReadAsync(roomId, limit + postponed, _stopping);
        return postponed == 0 ? read : [.. read.Where(inbound => !_postponed.IsWaiting(roomId, inbound.EventId)).Take(limit)];
    }

    async ValueTask RemoveAsync(RoomId roomId, IReadOnlyList<InboundEvent> batch, IReadOnlyCollection<EventId> incomplete)
    {
        var kept = new HashSet<EventId>();
        foreach (var eventId in incomplete)
        {
            if (_postponed.Postpone(roomId, eventId) is not { } pause)
                continue;

            kept.Add(eventId);
            _ = WakeAfterAsync(roomId, pause);
        }

        EventId[] done = [.. batch.Select(static inbound => inbound.EventId).Where(eventId => !kept.Contains(eventId))];
        await store.RemoveAsync(done, _stopping);
        _postponed.Forget(roomId, done);
    }

    async Task WakeAfterAsync(RoomId roomId, TimeSpan pause)
    {
        try
        {
            // Later rather than earlier: too early it would find the event waiting, and nobody would come again.
            await Task.Delay(pause + Margin, time, _stopping);
            Wake(roomId);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // It is tried again at the next start.
        }
    }

    // An event that breaks what receives it must not hold up those behind it: what fails together is tried one by one, and what fails alone is given up.
    async ValueTask<IReadOnlyCollection<EventId>?> TryReceiveAsync(RoomId roomId, IReadOnlyList<InboundEvent> batch)
    {
        try
        {
            return await reception.ReceiveAsync(roomId, batch, _stopping);
        }
#pragma warning disable CA1031 // Whatever a peer can provoke must end with its event.
        catch (Exception exception) when (!IsStorage(exception) && !_stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogError(exception, "Events of {Room} cannot be received, {Event} first of {Count}", roomId, batch[0].EventId, batch.Count);
            return batch.Count == 1 ? [] : null;
        }
    }

    static bool IsStorage(Exception exception) => exception is StoreUnavailableException or StorageFullException;

    /// <summary>Whether someone works, and whether more has come since.</summary>
    sealed class Lane
    {
        readonly Lock _lock = new();
        bool _called;
        bool _running;
        bool _ended;

        public int Waiting { get; set; }

        /// <summary>Notes that there is work; false when the lane has ended.</summary>
        public bool TryCall(out bool isFirst)
        {
            lock (_lock)
            {
                isFirst = !_running && !_ended;
                _running = true;
                _called = true;
                return !_ended;
            }
        }

        public void Begin()
        {
            lock (_lock)
                _called = false;
        }

        /// <summary>Ends the lane, unless there is more to do.</summary>
        public bool TryEnd()
        {
            lock (_lock)
                return _ended = !_called;
        }
    }
}
