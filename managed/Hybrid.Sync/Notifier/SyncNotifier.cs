using Hybrid.Ephemeral.Presence;
using Hybrid.Ephemeral.Typing;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.Push;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.Logging;

namespace Hybrid.Sync.Notifier;

/// <summary>
/// Wakes waiting syncs. It knows who listens in which room, so that an event costs work for those alone. Positions that it
/// gives out have passed through the membership index and its own change logs: a sync up to them misses nothing there.
/// </summary>
sealed class SyncNotifier : IDisposable
{
    const int EventLogSize = 8192;
    const int OtherLogSize = 2048;

    static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(5);

    readonly Lock _lock = new();
    readonly Dictionary<UserId, Listener> _listeners = [];
    readonly Dictionary<RoomId, HashSet<Listener>> _rooms = [];

    // Events that are not counted yet: whoever they concern is woken once they are.
    readonly Queue<StreamNotice> _uncounted = new();
    readonly long[] _positions = new long[StreamPositions.Count];
    readonly MembershipIndex _memberships;
    readonly IUnreadCounts _unread;
    readonly StreamHub _hub;
    readonly TimeProvider _time;
    readonly ILogger<SyncNotifier> _logger;
    readonly IDisposable _subscription;
    readonly IDisposable _counting;
    readonly ITimer _cleaning;

    // The trackers and the index are asked for so that they exist, and hear of changes, before this does.
    public SyncNotifier(
        StreamHub hub, MembershipIndex memberships, TypingTracker typing, PresenceTracker presence, IUnreadCounts unread,
        TimeProvider time, ILogger<SyncNotifier> logger)
    {
        ArgumentNullException.ThrowIfNull(typing);
        ArgumentNullException.ThrowIfNull(presence);
        _hub = hub;
        _memberships = memberships;
        _unread = unread;
        _time = time;
        _logger = logger;
        for (var i = 0; i < _positions.Length; i++)
            _positions[i] = hub.Current((StreamKind)i);
        Events = new ChangeLog<RoomChange>(EventLogSize, _positions[(int)StreamKind.Events]);
        Receipts = new ChangeLog<ReceiptChange>(OtherLogSize, _positions[(int)StreamKind.Receipts]);
        AccountData = new ChangeLog<UserId>(OtherLogSize, _positions[(int)StreamKind.AccountData]);
        ToDevice = new ChangeLog<UserId>(OtherLogSize, _positions[(int)StreamKind.ToDevice]);
        DeviceLists = new ChangeLog<UserId>(OtherLogSize, _positions[(int)StreamKind.DeviceLists]);
        _subscription = hub.Subscribe(Follow);
        _counting = unread.Subscribe(Counted);
        _cleaning = time.CreateTimer(_ => ForgetIdle(), null, ForgetAfter, ForgetAfter);
    }

    public ChangeLog<RoomChange> Events { get; }

    public ChangeLog<ReceiptChange> Receipts { get; }

    public ChangeLog<UserId> AccountData { get; }

    public ChangeLog<UserId> ToDevice { get; }

    public ChangeLog<UserId> DeviceLists { get; }

    /// <summary>Waits until all that is published by now is counted, so that <see cref="Positions"/> covers what was acknowledged before.</summary>
    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => _unread.ReachAsync(_hub.Current(StreamKind.Events), cancellationToken);

    /// <summary>How far a sync can go now. Events are shown once they are counted.</summary>
    public StreamPositions Positions
    {
        get
        {
            lock (_lock)
            {
                return new StreamPositions(
                    Math.Min(Position(StreamKind.Events), _unread.Position), Position(StreamKind.ToDevice), Position(StreamKind.AccountData),
                    Position(StreamKind.Receipts), Position(StreamKind.DeviceLists), Position(StreamKind.Typing), Position(StreamKind.Presence));
            }
        }
    }

    /// <summary>Starts to listen for the user. What happens from now on wakes a wait on the ticket.</summary>
    public async ValueTask<ListenTicket> ListenAsync(UserId userId, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_listeners.TryGetValue(userId, out var known))
                    return Ticket(known);
            }

            await _memberships.OfAsync(userId, cancellationToken);
            lock (_lock)
            {
                // Read again under the lock: a member event that the index has followed has either been read here, or will
                // come to Follow, which then finds the listener.
                var reading = _memberships.OfAsync(userId, CancellationToken.None);
                if (!reading.IsCompletedSuccessfully)
                    continue;

                if (!_listeners.TryGetValue(userId, out var listener))
                {
                    _listeners.Add(userId, listener = new Listener(userId));
                    foreach (var membership in reading.Result.Values.Where(static membership => membership.Membership == "join"))
                        Enter(listener, membership.RoomId);
                }

                return Ticket(listener);
            }
        }
    }

    /// <summary>Waits until something happens that the ticket has not seen; false when <paramref name="timeout"/> is over.</summary>
    public async ValueTask<bool> WaitAsync(ListenTicket ticket, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var waiter = new Waiter();
        lock (_lock)
        {
            if (ticket.Listener.Version != ticket.Version)
                return true;
            ticket.Listener.Add(waiter);
        }

        await using var timer = _time.CreateTimer(static state => ((Waiter)state!).TrySetResult(false), waiter, timeout, Timeout.InfiniteTimeSpan);
        await using var cancelling = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).TrySetCanceled(token), waiter);
        try
        {
            return await waiter.Task;
        }
        finally
        {
            lock (_lock)
            {
                ticket.Listener.Remove(waiter);
                ticket.Listener.LastUsed = _time.GetTimestamp();
            }
        }
    }

    /// <summary>Wakes the user's waits.</summary>
    public void Wake(UserId userId)
    {
        lock (_lock)
            WakeUser(userId);
    }

    /// <summary>Wakes every wait.</summary>
    public void WakeAll()
    {
        lock (_lock)
        {
            foreach (var listener in _listeners.Values)
                listener.Wake();
        }
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _counting.Dispose();
        _cleaning.Dispose();
    }

    ListenTicket Ticket(Listener listener)
    {
        listener.LastUsed = _time.GetTimestamp();
        return new ListenTicket(listener, listener.Version);
    }

    // Typing and presence live in memory and are complete as soon as they are published.
    long Position(StreamKind stream) =>
        stream is StreamKind.Typing or StreamKind.Presence ? _hub.Current(stream) : _positions[(int)stream];

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        lock (_lock)
        {
            foreach (ref readonly var notice in notices.Span)
            {
                Log(notice);
                _positions[(int)notice.Stream] = Math.Max(_positions[(int)notice.Stream], notice.Position);
                if (notice.Stream == StreamKind.Events && (_uncounted.Count > 0 || notice.Position > _unread.Position))
                    _uncounted.Enqueue(notice);
                else
                    Deliver(notice);
            }
        }

        // The reader may have counted while the events were put aside.
        Counted(_unread.Position);
    }

    void Counted(long position)
    {
        lock (_lock)
        {
            while (_uncounted.TryPeek(out var notice) && notice.Position <= position)
                Deliver(_uncounted.Dequeue());
        }
    }

    void Log(in StreamNotice notice)
    {
        switch (notice)
        {
            case { Stream: StreamKind.Events, Event: { } stored }:
                Events.Add(notice.Position, new RoomChange(stored.RoomId, AppendedState.TouchesMembers(notice)));
                break;
            case { Stream: StreamKind.Receipts, User: { } userId }:
                Receipts.Add(notice.Position, new ReceiptChange(notice.Room, userId));
                break;
            case { Stream: StreamKind.AccountData, User: { } userId }:
                AccountData.Add(notice.Position, userId);
                break;
            case { Stream: StreamKind.ToDevice, User: { } userId }:
                ToDevice.Add(notice.Position, userId);
                break;
            case { Stream: StreamKind.DeviceLists, User: { } userId }:
                DeviceLists.Add(notice.Position, userId);
                break;
        }
    }

    void Deliver(in StreamNotice notice)
    {
        if (notice.Event is { } stored)
        {
            WakeRoom(stored.RoomId);
            foreach (var brought in AppendedState.Memberships(notice))
                Move(brought.Member, stored.RoomId, brought.Membership == "join");
        }
        else if (notice.Room is { } room && notice.Stream is StreamKind.Receipts or StreamKind.Typing)
        {
            WakeRoom(notice.Room!.Value);
        }
        else if (notice.User is { } userId)
        {
            WakeUser(userId);
            if (notice.Stream is StreamKind.DeviceLists or StreamKind.Presence)
                WakeSharing(userId);
        }
    }

    void Move(UserId userId, RoomId roomId, bool joined)
    {
        if (!_listeners.TryGetValue(userId, out var listener))
            return;

        if (joined)
            Enter(listener, roomId);
        else
            Leave(listener, roomId);
        listener.Wake();
    }

    void Enter(Listener listener, RoomId roomId)
    {
        listener.Rooms.Add(roomId);
        if (!_rooms.TryGetValue(roomId, out var listeners))
            _rooms.Add(roomId, listeners = []);
        listeners.Add(listener);
    }

    void Leave(Listener listener, RoomId roomId)
    {
        listener.Rooms.Remove(roomId);
        if (_rooms.TryGetValue(roomId, out var listeners) && listeners.Remove(listener) && listeners.Count == 0)
            _rooms.Remove(roomId);
    }

    void WakeUser(UserId userId)
    {
        if (_listeners.TryGetValue(userId, out var listener))
            listener.Wake();
    }

    void WakeRoom(RoomId roomId)
    {
        if (!_rooms.TryGetValue(roomId, out var listeners))
            return;
        foreach (var listener in listeners)
            listener.Wake();
    }

    void WakeSharing(UserId userId)
    {
        if (_listeners.TryGetValue(userId, out var listener))
            WakeRooms(listener.Rooms);
        else
            _ = Task.Run(() => WakeSharingAsync(userId));
    }

    void WakeRooms(IEnumerable<RoomId> rooms)
    {
        foreach (var roomId in rooms)
            WakeRoom(roomId);
    }

    // A user who does not sync here: where they are has to be read, and not on the publisher's thread.
    async Task WakeSharingAsync(UserId userId)
    {
        try
        {
            var memberships = await _memberships.OfAsync(userId, CancellationToken.None);
            lock (_lock)
                WakeRooms(memberships.Values.Where(static membership => membership.Membership == "join").Select(static membership => membership.RoomId));
        }
#pragma warning disable CA1031 // Nobody awaits this; those who are not woken find out with their next request.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _logger.LogError(exception, "Could not read whom a change concerns");
        }
    }

    void ForgetIdle()
    {
        lock (_lock)
        {
            foreach (var listener in _listeners.Values.Where(listener => !listener.IsWaiting && _time.GetElapsedTime(listener.LastUsed) > ForgetAfter).ToList())
            {
                // A ticket of it that is still held must not wait for wake-ups that no longer come.
                listener.Wake();
                _listeners.Remove(listener.UserId);
                foreach (var roomId in listener.Rooms.ToList())
                    Leave(listener, roomId);
            }
        }
    }
}
