using System.Threading.Channels;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Push.Rules;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using EventId = Hybrid.Primitives.EventId;

namespace Hybrid.Push.Unread;

/// <summary>
/// Counts unread events: a reader of the log and of receipts that evaluates push rules once per event for all members of the
/// room. Its place is written down every few seconds; after a crash it reads on from there.
/// </summary>
public sealed class UnreadReader(
    StreamHub hub, RoomRegistry rooms, IRoomStore events, IReceiptStore receipts, IUnreadStore store, PushRuleCache rules,
    TimeProvider time, ILogger<UnreadReader> logger) : BackgroundService, IUnreadCounts
{
    const int ReplayPage = 500;
    static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(5);

    readonly UnreadLedger _ledger = new();
    readonly Channel<ReadOnlyMemory<StreamNotice>> _notices = Channel.CreateUnbounded<ReadOnlyMemory<StreamNotice>>(new UnboundedChannelOptions { SingleReader = true });
    readonly Lock _lock = new();
    readonly Progress _events = new();
    readonly Progress _receipts = new();
    Action<long>[] _subscribers = [];
    IDisposable? _following;
    long _checkpointPosition;

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
        await _receipts.ReachAsync(hub.Current(StreamKind.Receipts), cancellationToken);
        return _ledger.Count(userId, roomId);
    }

    /// <summary>Catches up with the log before the server answers anyone, then follows it.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var checkpoint = await store.LoadAsync(cancellationToken);
        _ledger.Load(checkpoint.Rooms);
        _events.Advance(checkpoint.EventsPosition);
        _receipts.Advance(checkpoint.ReceiptsPosition);
        _checkpointPosition = checkpoint.EventsPosition;

        // What is published during the replay waits in the channel; what the replay counted already is passed over there.
        _following = hub.Subscribe(notices => _notices.Writer.TryWrite(notices));
        await ReplayAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _following?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var written = time.GetTimestamp();
        try
        {
            while (await _notices.Reader.WaitToReadAsync(stoppingToken))
            {
                while (_notices.Reader.TryRead(out var notices))
                    await ApplyAsync(notices, stoppingToken);
                if (time.GetElapsedTime(written) < CheckpointInterval)
                    continue;

                await CheckpointAsync(stoppingToken);
                written = time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await CheckpointAsync(CancellationToken.None);
        }
    }

    async Task ReplayAsync(CancellationToken cancellationToken)
    {
        while (await events.ReadLogAsync(Position, ReplayPage, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var missed in page)
                await CountAsync(missed, cancellationToken);
        }

        var upTo = hub.Current(StreamKind.Receipts);
        foreach (var receipt in await receipts.ReadChangesAsync(_receipts.Position, upTo, cancellationToken))
            _ledger.Apply(receipt.UserId, receipt.RoomId, [receipt]);
        _receipts.Advance(upTo);
    }

    async ValueTask ApplyAsync(ReadOnlyMemory<StreamNotice> notices, CancellationToken cancellationToken)
    {
        var before = Position;
        for (var i = 0; i < notices.Length; i++)
        {
            var notice = notices.Span[i];
            if (notice.Event is { } stored && stored.Position > Position)
                await CountAsync(stored, cancellationToken);
            else if (notice is { Stream: StreamKind.Receipts } && notice.Position > _receipts.Position)
                await ApplyReceiptsAsync(notice.Position, cancellationToken);
        }

        if (Position != before)
        {
            foreach (var subscriber in _subscribers)
                subscriber(Position);
        }
    }

    async ValueTask ApplyReceiptsAsync(long upTo, CancellationToken cancellationToken)
    {
        foreach (var receipt in await receipts.ReadChangesAsync(_receipts.Position, upTo, cancellationToken))
            _ledger.Apply(receipt.UserId, receipt.RoomId, [receipt]);

        _receipts.Advance(upTo);
    }

    async ValueTask CountAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        try
        {
            if (await rooms.FindAsync(stored.RoomId, cancellationToken) is { } room)
                await CountAsync(stored, room.Current, cancellationToken);
        }
        catch (NativeException exception)
        {
            logger.LogError(exception, "Push rules could not be evaluated for {EventId}; it counts as unread for nobody", stored.EventId);
        }

        _events.Advance(stored.Position);
    }

    async ValueTask CountAsync(StoredEvent stored, RoomSnapshot room, CancellationToken cancellationToken)
    {
        if (stored is { Type: "m.room.member", StateKey: { } target, Membership: not "join" } && UserId.TryParse(target, out var gone))
            _ledger.Clear(gone, stored.RoomId);
        if (stored.Redacts is { } redacted && await events.FindEventAsync(redacted, cancellationToken) is { } taken)
            _ledger.Remove(stored.RoomId, taken.Position, room.Joined);

        var users = new List<UserId>(room.Joined.Count);
        var members = new List<PushMember>(room.Joined.Count);
        foreach (var user in room.Joined)
        {
            if (user == stored.Sender)
                continue;

            var set = await rules.OfAsync(user, cancellationToken);
            var displayName = set.ReadsDisplayName ? room.Find("m.room.member", user.Value)?.ContentString("displayname") : null;
            users.Add(user);
            members.Add(new PushMember(user.Value, displayName, set));
        }

        if (users.Count == 0)
            return;

        var context = new PushRoomContext(room.Joined.Count, room.PowerLevels.Of(stored.Sender), room.Find("m.room.power_levels")?.Content() ?? default);
        var verdicts = new PushVerdict[users.Count];
        PushRules.Evaluate(stored.Json.Span, context, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(members), verdicts);

        EventId? thread = stored.RelationType == "m.thread" ? stored.RelatesTo : null;
        for (var i = 0; i < verdicts.Length; i++)
        {
            if (verdicts[i].HasFlag(PushVerdict.Notify))
                _ledger.Add(users[i], stored.RoomId, new UnreadEvent(stored.Position, thread, verdicts[i].HasFlag(PushVerdict.Highlight)));
        }
    }

    async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        var changes = _ledger.TakeChanges();
        if (changes.Count == 0 && Position == _checkpointPosition)
            return;

        await store.SaveAsync(new UnreadCheckpoint(Position, _receipts.Position, changes), cancellationToken);
        _checkpointPosition = Position;
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
