using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;

namespace Hybrid.Push.Unread;

/// <summary>
/// What every user has not read, in memory: the positions of the events that notified, so that a receipt needs no event to be
/// looked at again. One writer, the reader of the log; read by anyone.
/// </summary>
sealed class UnreadLedger
{
    /// <summary>The most events kept per user and room; of more, the oldest are given up and the count stays at the cap.</summary>
    public const int Capacity = 500;

    readonly ConcurrentDictionary<(UserId User, RoomId Room), List<UnreadEvent>> _rooms = new();
    readonly HashSet<(UserId User, RoomId Room)> _changed = [];

    public void Load(IEnumerable<UnreadRoom> rooms)
    {
        foreach (var room in rooms)
            _rooms[(room.UserId, room.RoomId)] = [.. room.Events];
    }

    public void Add(UserId user, RoomId room, UnreadEvent unread)
    {
        var events = _rooms.GetOrAdd((user, room), static _ => []);
        lock (events)
        {
            if (events.Count == Capacity)
                events.RemoveAt(0);
            events.Add(unread);
        }

        _changed.Add((user, room));
    }

    /// <summary>Drops what the user's receipts in the room cover: an unthreaded one covers everything, a threaded one its thread.</summary>
    public void Apply(UserId user, RoomId room, IReadOnlyList<Receipt> receipts) =>
        Remove(user, room, unread => receipts.Any(receipt => receipt.EventPosition >= unread.Position && Covers(receipt.ThreadId, unread.Thread)));

    /// <summary>Drops one event for everybody: it was redacted.</summary>
    public void Remove(RoomId room, long position, IEnumerable<UserId> users)
    {
        foreach (var user in users)
            Remove(user, room, unread => unread.Position == position);
    }

    /// <summary>Drops everything of a user who has left the room.</summary>
    public void Clear(UserId user, RoomId room) => Remove(user, room, static _ => true);

    public UnreadCounts Count(UserId user, RoomId room)
    {
        if (!_rooms.TryGetValue((user, room), out var events))
            return UnreadCounts.None;

        lock (events)
        {
            if (events.Count == 0)
                return UnreadCounts.None;

            var main = default(UnreadCount);
            var threads = new Dictionary<EventId, UnreadCount>();
            foreach (var unread in events)
            {
                var one = new UnreadCount(1, unread.Highlight ? 1 : 0);
                if (unread.Thread is { } thread)
                    threads[thread] = threads.GetValueOrDefault(thread) + one;
                else
                    main += one;
            }

            return new UnreadCounts(main, threads);
        }
    }

    /// <summary>What changed since the last call.</summary>
    public List<UnreadRoom> TakeChanges()
    {
        var changes = new List<UnreadRoom>(_changed.Count);
        foreach (var key in _changed)
        {
            var events = _rooms[key];
            lock (events)
                changes.Add(new UnreadRoom(key.User, key.Room, [.. events]));
        }

        _changed.Clear();
        return changes;
    }

    static bool Covers(string? receiptThread, EventId? eventThread) =>
        receiptThread is null || receiptThread == (eventThread?.Value ?? ReceiptTypes.MainThread);

    void Remove(UserId user, RoomId room, Predicate<UnreadEvent> gone)
    {
        if (!_rooms.TryGetValue((user, room), out var events))
            return;

        int removed;
        lock (events)
            removed = events.RemoveAll(gone);
        if (removed > 0)
            _changed.Add((user, room));
    }
}
