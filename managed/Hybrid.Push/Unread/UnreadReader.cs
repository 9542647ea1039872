using System.Threading.Channels;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Push.Audience;
using Hybrid.Push.Rules;
using Hybrid.Rooms;
using Hybrid.Rooms.Maintenance;
using Hybrid.Rooms.State;
using Hybrid.Storage;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Space;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Push.Unread;

/// <summary>
/// Counts unread events: a reader of the log and of receipts that evaluates push rules once per event for all members of the
/// room. Its place is written down every few seconds; after a crash it reads on from there.
/// </summary>
public sealed partial class UnreadReader : BackgroundService, IUnreadCounts, IUnreadEvents, IRoomRemovalObserver
{
    const int ReplayPage = 500;
    static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    readonly StreamHub _hub;
    readonly RoomRegistry _registry;
    readonly IRoomStore _log;
    readonly IReceiptStore _receiptStore;
    readonly IUnreadStore _store;
    readonly TimeProvider _time;
    readonly ILogger<UnreadReader> _logger;
    readonly UnreadLedger _ledger;
    readonly RoomAudiences _audiences;
    readonly Channel<ReadOnlyMemory<StreamNotice>> _notices = Channel.CreateUnbounded<ReadOnlyMemory<StreamNotice>>(new UnboundedChannelOptions { SingleReader = true });
    readonly Lock _lock = new();
    readonly Progress _events = new();
    readonly Progress _receipts = new();
    Action<long>[] _subscribers = [];
    IDisposable? _following;
    long _checkpointPosition;
    long _toldPosition;

    public UnreadReader(
        StreamHub hub, RoomRegistry registry, IRoomStore log, IReceiptStore receiptStore, IUnreadStore store, PushRuleCache rules,
        ServerIdentity identity, TimeProvider time, ILogger<UnreadReader> logger)
    {
        _hub = hub;
        _registry = registry;
        _log = log;
        _receiptStore = receiptStore;
        _store = store;
        _time = time;
        _logger = logger;
        _ledger = new UnreadLedger(store, receiptStore);
        _audiences = new RoomAudiences(rules, identity);
    }

    public long Position => _events.Position;

    public ValueTask ReachAsync(long position, CancellationToken cancellationToken) => _events.ReachAsync(position, cancellationToken);

    public IDisposable Subscribe(Action<long> advanced)
    {
        lock (_lock)
            _subscribers = [.. _subscribers, advanced];
        return new Subscription(this, advanced);
    }

    public async ValueTask<UnreadCounts> ReadAsync(UserId userId, RoomId roomId, CancellationToken cancellationToken)
    {
        await _receipts.ReachAsync(_hub.Current(StreamKind.Receipts), cancellationToken);
        return await _ledger.CountAsync(userId, roomId, cancellationToken);
    }

    public ValueTask PurgedAsync(RoomId roomId, IReadOnlyCollection<long> positions) => _ledger.RemoveAsync(roomId, positions);

    public ValueTask DeletedAsync(RoomId roomId)
    {
        _ledger.Drop(roomId);
        return ValueTask.CompletedTask;
    }

    /// <summary>Catches up with the log before the server answers anyone, then follows it.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // What is published from now on waits in the channel; what the replay counted already is passed over there.
        _following = _hub.Subscribe(notices => _notices.Writer.TryWrite(notices));
        _checkpointPosition = await _store.ReadPositionAsync(cancellationToken);
        _events.Advance(_checkpointPosition);
        _receipts.Advance(_hub.Current(StreamKind.Receipts));
        // The log can end with a position at which no event is.
        var end = _hub.Current(StreamKind.Events);
        await ReplayAsync(cancellationToken);
        _events.Advance(Math.Max(end, Position));
        _toldPosition = Position;
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _following?.Dispose();
        base.Dispose();
        _audiences.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var written = _time.GetTimestamp();
        try
        {
            while (await _notices.Reader.WaitToReadAsync(stoppingToken))
            {
                while (_notices.Reader.TryRead(out var notices))
                    await InsistAsync(() => ApplyAsync(notices, stoppingToken), stoppingToken);
                if (_time.GetElapsedTime(written) < CheckpointInterval)
                    continue;

                await InsistAsync(() => CheckpointAsync(stoppingToken), stoppingToken);
                written = _time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await CheckpointAtEndAsync();
        }
    }

    // A database that went away must not end the reader. Each step takes up where the failed one stopped.
    async Task InsistAsync(Func<ValueTask> step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await step();
                return;
            }
            catch (StoreUnavailableException exception)
            {
                _logger.LogWarning("Unread events cannot be counted at the moment: {Reason}", exception.Message);
                await Task.Delay(RetryDelay, _time, cancellationToken);
            }
        }
    }

    async Task CheckpointAtEndAsync()
    {
        try
        {
            await CheckpointAsync(CancellationToken.None);
        }
        catch (StoreUnavailableException exception)
        {
            _logger.LogWarning("What was counted last is counted again at the next start: {Reason}", exception.Message);
        }
    }

    async Task ReplayAsync(CancellationToken cancellationToken)
    {
        while (await _log.ReadLogAsync(Position, ReplayPage, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var missed in page)
                await CountAsync(new StreamNotice(StreamKind.Events, missed.Position) { Event = missed }, cancellationToken);
        }
    }

    async ValueTask ApplyAsync(ReadOnlyMemory<StreamNotice> notices, CancellationToken cancellationToken)
    {
        for (var i = 0; i < notices.Length; i++)
        {
            var notice = notices.Span[i];
            if (notice.Event is not null && notice.Position > Position)
                await CountAsync(notice, cancellationToken);
            else if (notice is { Stream: StreamKind.Receipts } && notice.Position > _receipts.Position)
                await ApplyReceiptsAsync(notice.Position, cancellationToken);
            else if (notice is { Stream: StreamKind.AccountData, User: { } user, Room: null })
                _audiences.Outdate(user);
        }

        if (Position == _toldPosition)
            return;

        _toldPosition = Position;
        foreach (var subscriber in _subscribers)
            subscriber(Position);
    }

    async ValueTask ApplyReceiptsAsync(long upTo, CancellationToken cancellationToken)
    {
        foreach (var receipt in await _receiptStore.ReadChangesAsync(_receipts.Position, upTo, cancellationToken))
            await _ledger.ApplyAsync(receipt);
        _receipts.Advance(upTo);
    }

    async ValueTask CountAsync(StreamNotice notice, CancellationToken cancellationToken)
    {
        var stored = notice.Event!;
        try
        {
            if (await _registry.FindAsync(stored.RoomId, cancellationToken) is { } room)
                await CountAsync(notice, stored, room.Current, cancellationToken);
        }
        catch (NativeException exception)
        {
            _logger.LogError(exception, "Push rules could not be evaluated for {EventId}; it counts as unread for nobody", stored.EventId);
        }

        _events.Advance(stored.Position);
    }

    async ValueTask CountAsync(StreamNotice notice, StoredEvent stored, RoomSnapshot room, CancellationToken cancellationToken)
    {
        var ledger = await _ledger.OfAsync(stored.RoomId, cancellationToken);
        var audience = await _audiences.OfAsync(room, cancellationToken);
        foreach (var brought in AppendedState.Memberships(notice))
        {
            if (_audiences.IsLocal(brought.Member))
                await MoveAsync(brought, room, ledger, audience, cancellationToken);
        }

        // Nothing was said there.
        if (stored.IsMark)
            return;

        if (stored.Redacts is { } redacted && await _log.FindEventAsync(redacted, cancellationToken) is { } taken)
            ledger.Remove(taken.Position);

        var (everyone, exceptions) = await audience.EvaluateAsync(stored, room, cancellationToken);
        var weights = exceptions
            .Where(entry => entry.Key != stored.Sender)
            .ToDictionary(static entry => entry.Key, static entry => WeightOf(entry.Value));
        if (WeightOf(everyone) == UnreadWeight.None && weights.Values.All(static weight => weight == UnreadWeight.None))
            return;

        EventId? thread = stored.RelationType == "m.thread" ? stored.RelatesTo : null;
        ledger.Add(new UnreadEvent(stored.Position, stored.Sender, thread, WeightOf(everyone), weights));
    }

    async ValueTask MoveAsync(
        AppendedMembership brought, RoomSnapshot room, UnreadRoomLedger ledger, RoomAudience audience, CancellationToken cancellationToken)
    {
        if (brought.Membership != "join")
        {
            audience.Remove(brought.Member);
            return;
        }

        // A change of name is a member event too, and makes nothing read.
        if (!await WasJoinedAsync(brought, cancellationToken))
            ledger.Join(brought.Member, brought.At.Position);
        await audience.SetAsync(brought.Member, room, cancellationToken);
    }

    async ValueTask<bool> WasJoinedAsync(AppendedMembership brought, CancellationToken cancellationToken)
    {
        // What another event brings back replaces what was current, and not what it replaced at its own place in the graph.
        if (brought.Source != brought.At)
        {
            return await _log.ReadStateEntryAtAsync(
                brought.At.RoomId, "m.room.member", brought.Member.Value, brought.At.Position - 1, cancellationToken) is { Membership: "join" };
        }

        return brought.Source.ReplacesState is { } replaced && await _log.FindKnownAsync([replaced], cancellationToken) is [{ Membership: "join" }];
    }

    static UnreadWeight WeightOf(PushVerdict verdict) =>
        !verdict.HasFlag(PushVerdict.Notify) ? UnreadWeight.None
        : verdict.HasFlag(PushVerdict.Highlight) ? UnreadWeight.Highlight
        : UnreadWeight.Notification;

    async ValueTask CheckpointAsync(CancellationToken cancellationToken)
    {
        if (Position == _checkpointPosition)
            return;

        try
        {
            await _ledger.SaveAsync(Position, cancellationToken);
            _checkpointPosition = Position;
        }
        catch (StorageFullException)
        {
            // The counts go on in memory and are written the next time; the server says itself that there is no room.
        }
    }

    sealed class Subscription(UnreadReader reader, Action<long> advanced) : IDisposable
    {
        public void Dispose()
        {
            lock (reader._lock)
                reader._subscribers = [.. reader._subscribers.Where(candidate => candidate != advanced)];
        }
    }
}
