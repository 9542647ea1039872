using Hybrid.Primitives;

namespace Hybrid.Sync.Notifier;

/// <summary>A user who syncs: the rooms that wake them, and their requests that wait. Guarded by the notifier's lock.</summary>
sealed class Listener(UserId userId)
{
    readonly List<Waiter> _waiters = [];

    public UserId UserId { get; } = userId;

    /// <summary>Rooms that the user is joined to.</summary>
    public HashSet<RoomId> Rooms { get; } = [];

    /// <summary>Grows with everything that concerns the user.</summary>
    public long Version { get; private set; }

    /// <summary>When the user last came to listen; see <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long LastUsed { get; set; }

    public bool IsWaiting => _waiters.Count > 0;

    public void Add(Waiter waiter) => _waiters.Add(waiter);

    public void Remove(Waiter waiter) => _waiters.Remove(waiter);

    public void Wake()
    {
        Version++;
        foreach (var waiter in _waiters)
            waiter.TrySetResult(true);
        _waiters.Clear();
    }
}

/// <summary>What a request has seen of its listener: anything later wakes it.</summary>
readonly record struct ListenTicket(Listener Listener, long Version);

/// <summary>A request that waits; true when it was woken, false when its time was over.</summary>
sealed class Waiter() : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
