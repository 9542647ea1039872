using Hybrid.Primitives;

namespace Hybrid.Sync.Notifier;

/// <summary>
/// The latest changes of one stream, kept in memory: what a sync that keeps up needs to know to find out that nothing concerns
/// it, without asking a store.
/// </summary>
sealed class ChangeLog<T>
{
    readonly Lock _lock = new();
    readonly (long Position, T Change)[] _ring;
    long _count;

    // Every change after this position is in the ring.
    long _floor;

    /// <summary>Starts after <paramref name="floor"/>; what changed before is not known.</summary>
    public ChangeLog(int capacity, long floor)
    {
        _ring = new (long, T)[capacity];
        _floor = floor;
    }

    /// <summary>Adds a change. Positions grow.</summary>
    public void Add(long position, T change)
    {
        lock (_lock)
        {
            ref var slot = ref _ring[_count % _ring.Length];
            if (_count >= _ring.Length)
                _floor = slot.Position;
            slot = (position, change);
            _count++;
        }
    }

    /// <summary>Adds the changes in (<paramref name="after"/>, <paramref name="upTo"/>] to <paramref name="into"/>; false when they are no longer all known.</summary>
    public bool TryRead(long after, long upTo, List<T> into)
    {
        lock (_lock)
        {
            if (after < _floor)
                return false;

            var oldest = Math.Max(0, _count - _ring.Length);
            for (var i = _count - 1; i >= oldest; i--)
            {
                ref readonly var slot = ref _ring[i % _ring.Length];
                if (slot.Position <= after)
                    break;
                if (slot.Position <= upTo)
                    into.Add(slot.Change);
            }

            return true;
        }
    }
}

/// <summary>Something happened in the room; <paramref name="IsMember"/> when it was a member event.</summary>
readonly record struct RoomChange(RoomId RoomId, bool IsMember);

/// <summary>A user's receipt; the room is null for a private one.</summary>
readonly record struct ReceiptChange(RoomId? RoomId, UserId UserId);
