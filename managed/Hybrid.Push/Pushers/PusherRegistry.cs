using Hybrid.Primitives;
using Hybrid.Storage.Push;

namespace Hybrid.Push.Pushers;

/// <summary>
/// Who has pushers, in memory: every event asks. A pusher that went with its device stays here until it is found to be gone; nothing is
/// queued for it.
/// </summary>
sealed class PusherRegistry(IPusherStore store)
{
    readonly Lock _lock = new();
    readonly Dictionary<UserId, HashSet<long>> _users = [];
    volatile bool _any;

    /// <summary>Whether there is any pusher.</summary>
    public bool Any => _any;

    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var (number, userId) in await store.ReadAllAsync(cancellationToken))
            Add(userId, number);
    }

    public void Add(UserId userId, long number)
    {
        lock (_lock)
        {
            if (!_users.TryGetValue(userId, out var numbers))
                _users[userId] = numbers = [];
            numbers.Add(number);
            _any = true;
        }
    }

    public void Remove(UserId userId, long number)
    {
        lock (_lock)
        {
            if (_users.TryGetValue(userId, out var numbers) && numbers.Remove(number) && numbers.Count == 0)
                _users.Remove(userId);
            _any = _users.Count > 0;
        }
    }

    /// <summary>The pusher is gone, whoever had it.</summary>
    public void Forget(long number)
    {
        UserId? owner = null;
        lock (_lock)
        {
            foreach (var (userId, numbers) in _users)
            {
                if (numbers.Contains(number))
                    owner = userId;
            }
        }

        if (owner is { } found)
            Remove(found, number);
    }

    /// <summary>The numbers of a user's pushers.</summary>
    public long[] Of(UserId userId)
    {
        lock (_lock)
            return _users.TryGetValue(userId, out var numbers) ? [.. numbers] : [];
    }

    /// <summary>Those of some users who have pushers.</summary>
    public List<UserId> Among(IReadOnlySet<UserId> users)
    {
        lock (_lock)
            return users.Count < _users.Count ? [.. users.Where(_users.ContainsKey)] : [.. _users.Keys.Where(users.Contains)];
    }
}
