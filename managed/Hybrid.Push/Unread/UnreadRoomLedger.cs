using Hybrid.Primitives;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;

namespace Hybrid.Push.Unread;

/// <summary>
/// The unread events of one room, in memory. One writer, the reader of the log; counted by anyone. What has been read is not
/// taken out: receipts are held against the events when somebody asks.
/// </summary>
sealed class UnreadRoomLedger(RoomId roomId, UnreadRoom stored)
{
    /// <summary>The most events kept; of more, the oldest are given up and counts stay at the cap.</summary>
    public const int Capacity = 500;

    readonly Lock _lock = new();
    readonly List<UnreadEvent> _events = [.. stored.Events];
    readonly Dictionary<UserId, long> _joins = new(stored.Joins);

    // Of those who were counted; kept up to date by the reader.
    readonly Dictionary<UserId, IReadOnlyList<Receipt>> _receipts = [];
    long _receiptsSeen;

    List<UnreadEvent> _added = [];
    List<long> _removed = [];
    Dictionary<UserId, long> _joined = [];
    long _keepAfter;

    /// <summary>Grows with every receipt of the room.</summary>
    public long ReceiptsSeen
    {
        get
        {
            lock (_lock)
                return _receiptsSeen;
        }
    }

    public void Add(UnreadEvent unread)
    {
        lock (_lock)
        {
            _events.Add(unread);
            _added.Add(unread);
            if (_events.Count <= Capacity)
                return;

            _keepAfter = _events[0].Position;
            _events.RemoveAt(0);
            foreach (var (userId, position) in _joins)
            {
                if (position <= _keepAfter)
                    _joins.Remove(userId);
            }
        }
    }

    /// <summary>Drops one event for everybody: it was redacted.</summary>
    public void Remove(long position)
    {
        lock (_lock)
        {
            if (_events.RemoveAll(unread => unread.Position == position) > 0)
                _removed.Add(position);
        }
    }

    /// <summary>What came before somebody joined does not count for them.</summary>
    public void Join(UserId userId, long position)
    {
        lock (_lock)
        {
            _joins[userId] = position;
            _joined[userId] = position;
        }
    }

    public void Apply(Receipt receipt)
    {
        lock (_lock)
        {
            _receiptsSeen++;
            if (_receipts.TryGetValue(receipt.UserId, out var known))
                _receipts[receipt.UserId] = [.. known.Where(other => (other.Type, other.ThreadId) != (receipt.Type, receipt.ThreadId)), receipt];
        }
    }

    /// <summary>The event, if it counts for anybody.</summary>
    public UnreadEvent? Find(long position)
    {
        lock (_lock)
            return _events.Find(unread => unread.Position == position);
    }

    /// <summary>Whether what stands at a position came before the user joined last.</summary>
    public bool IsBeforeJoin(UserId userId, long position)
    {
        lock (_lock)
            return position <= _joins.GetValueOrDefault(userId);
    }

    /// <summary>What is not written down yet, or is gone and not yet taken out of the store.</summary>
    public (IReadOnlyList<UnreadEvent> Added, IReadOnlyList<long> Removed) Unsaved()
    {
        lock (_lock)
            return ([.. _added], [.. _removed]);
    }

    /// <summary>The user's counts, if their receipts are known here.</summary>
    public UnreadCounts? TryCount(UserId userId)
    {
        lock (_lock)
            return _receipts.TryGetValue(userId, out var receipts) ? Count(userId, receipts) : null;
    }

    /// <summary>The user's counts by receipts that were read when <see cref="ReceiptsSeen"/> was <paramref name="seen"/>.</summary>
    public UnreadCounts Count(UserId userId, IReadOnlyList<Receipt> receipts, long seen)
    {
        lock (_lock)
        {
            if (seen == _receiptsSeen)
                _receipts[userId] = receipts;
            return Count(userId, receipts);
        }
    }

    /// <summary>What changed since the last call; null if nothing did.</summary>
    public UnreadChanges? TakeChanges()
    {
        lock (_lock)
        {
            if (_added.Count == 0 && _removed.Count == 0 && _joined.Count == 0)
                return null;

            var changes = new UnreadChanges(roomId, _added, _removed, _joined, _keepAfter);
            (_added, _removed, _joined, _keepAfter) = ([], [], [], 0);
            return changes;
        }
    }

    UnreadCounts Count(UserId userId, IReadOnlyList<Receipt> receipts)
    {
        var start = _joins.GetValueOrDefault(userId);
        Dictionary<string, long>? threadStarts = null;
        foreach (var receipt in receipts)
        {
            if (receipt.ThreadId is not { } thread)
                start = Math.Max(start, receipt.EventPosition);
            else if (receipt.EventPosition > ((threadStarts ??= []).GetValueOrDefault(thread)))
                threadStarts[thread] = receipt.EventPosition;
        }

        var main = default(UnreadCount);
        Dictionary<EventId, UnreadCount>? threads = null;
        for (var index = _events.Count - 1; index >= 0 && _events[index].Position > start; index--)
        {
            var unread = _events[index];
            var weight = unread.WeightFor(userId);
            if (weight == UnreadWeight.None || threadStarts?.GetValueOrDefault(unread.Thread?.Value ?? ReceiptTypes.MainThread) >= unread.Position)
                continue;

            var one = new UnreadCount(1, weight == UnreadWeight.Highlight ? 1 : 0);
            if (unread.Thread is { } root)
                (threads ??= [])[root] = threads.GetValueOrDefault(root) + one;
            else
                main += one;
        }

        return threads is null && main == default ? UnreadCounts.None : new UnreadCounts(main, threads ?? []);
    }
}
