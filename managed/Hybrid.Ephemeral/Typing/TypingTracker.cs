using Hybrid.Primitives;
using Hybrid.Storage.Streams;

namespace Hybrid.Ephemeral.Typing;

/// <summary>Who is typing where (specification, "Typing Notifications"). In memory only; a user stops when the time they asked for is over.</summary>
public sealed class TypingTracker : IDisposable
{
    /// <summary>The longest time that one request can ask for.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(2);

    readonly Lock _lock = new();
    readonly Dictionary<RoomId, RoomTyping> _rooms = [];
    readonly StreamHub _hub;
    readonly TimeProvider _time;
    long _position;

    public TypingTracker(StreamHub hub, TimeProvider time)
    {
        _hub = hub;
        _time = time;
        _position = time.GetUtcNow().ToUnixTimeMilliseconds();
        hub.Initialize(StreamKind.Typing, _position);
    }

    /// <summary>The user types in the room for the next <paramref name="timeout"/>; zero when they have stopped.</summary>
    public void Set(RoomId roomId, UserId userId, TimeSpan timeout)
    {
        lock (_lock)
        {
            if (timeout > TimeSpan.Zero)
                Start(roomId, userId, timeout < MaxTimeout ? timeout : MaxTimeout);
            else
                Stop(roomId, userId);
        }
    }

    /// <summary>Who is typing in the room, and the position at which that last changed; 0 when it never did.</summary>
    public (long Position, IReadOnlyList<UserId> Users) Of(RoomId roomId)
    {
        lock (_lock)
            return _rooms.TryGetValue(roomId, out var room) ? (room.Position, [.. room.Typing.Keys]) : (0, []);
    }

    /// <summary>Rooms whose typing users changed after <paramref name="position"/>.</summary>
    public IReadOnlyList<RoomId> ReadChangedRooms(long position)
    {
        lock (_lock)
            return position >= _position ? [] : [.. _rooms.Where(entry => entry.Value.Position > position).Select(static entry => entry.Key)];
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var timer in _rooms.Values.SelectMany(static room => room.Typing.Values))
                timer.Dispose();
            _rooms.Clear();
        }
    }

    void Start(RoomId roomId, UserId userId, TimeSpan timeout)
    {
        if (!_rooms.TryGetValue(roomId, out var room))
            _rooms.Add(roomId, room = new RoomTyping());
        if (room.Typing.TryGetValue(userId, out var running))
        {
            running.Change(timeout, Timeout.InfiniteTimeSpan);
            return;
        }

        room.Typing.Add(userId, _time.CreateTimer(_ => Set(roomId, userId, TimeSpan.Zero), null, timeout, Timeout.InfiniteTimeSpan));
        Publish(roomId, room);
    }

    void Stop(RoomId roomId, UserId userId)
    {
        if (!_rooms.TryGetValue(roomId, out var room) || !room.Typing.Remove(userId, out var timer))
            return;

        timer.Dispose();
        Publish(roomId, room);
    }

    // Under the lock, so that positions are published in the order in which they are taken.
    void Publish(RoomId roomId, RoomTyping room)
    {
        room.Position = ++_position;
        _hub.Publish(new[] { new StreamNotice(StreamKind.Typing, _position) { Room = roomId } });
    }

    sealed class RoomTyping
    {
        public Dictionary<UserId, ITimer> Typing { get; } = [];

        public long Position { get; set; }
    }
}
