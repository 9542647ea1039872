using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.Push;

namespace Hybrid.Push.Pushers;

/// <summary>
/// The number on an application's icon: unread notifications of all rooms, and invitations. Kept for users with pushers, so that an event
/// or a receipt costs one room and not all of the user's.
/// </summary>
sealed class BadgeCounts(IUnreadCounts unread, MembershipIndex index, IInvitePermissions? permissions = null)
{
    readonly ConcurrentDictionary<UserId, Badge> _badges = new();

    /// <summary>Something happened in a room.</summary>
    public void MarkChanged(UserId userId, RoomId roomId)
    {
        if (_badges.TryGetValue(userId, out var badge))
            badge.MarkChanged(roomId);
    }

    /// <summary>The user has read something somewhere.</summary>
    public void MarkRead(UserId userId)
    {
        if (_badges.TryGetValue(userId, out var badge))
            badge.MarkRead();
    }

    public async ValueTask<long> CountAsync(UserId userId, CancellationToken cancellationToken)
    {
        var memberships = await index.OfAsync(userId, cancellationToken);
        var joined = memberships.Where(static entry => entry.Value.Membership == "join").Select(static entry => entry.Key).ToHashSet();
        var badge = _badges.GetOrAdd(userId, static _ => new Badge());
        foreach (var roomId in badge.TakeChanged(joined))
            badge.Set(roomId, (await unread.ReadAsync(userId, roomId, cancellationToken)).Total.Notifications);
        var invitations = 0;
        foreach (var membership in memberships.Values.Where(static membership => membership.Membership == "invite"))
        {
            if (permissions is null || !await permissions.HidesAsync(userId, membership.Sender, cancellationToken))
                invitations++;
        }

        return badge.Sum(joined) + invitations;
    }

    sealed class Badge
    {
        readonly Lock _lock = new();
        readonly Dictionary<RoomId, long> _counts = [];
        readonly HashSet<RoomId> _changed = [];
        bool _counted;
        bool _read;

        public void MarkChanged(RoomId roomId)
        {
            lock (_lock)
                _changed.Add(roomId);
        }

        public void MarkRead()
        {
            lock (_lock)
                _read = true;
        }

        // Reading lowers counts: what is zero stays zero.
        public List<RoomId> TakeChanged(HashSet<RoomId> joined)
        {
            lock (_lock)
            {
                if (!_counted)
                    _changed.UnionWith(joined);
                else if (_read)
                    _changed.UnionWith(_counts.Keys);
                List<RoomId> changed = [.. _changed.Where(joined.Contains)];
                (_counted, _read) = (true, false);
                _changed.Clear();
                return changed;
            }
        }

        public void Set(RoomId roomId, long count)
        {
            lock (_lock)
            {
                if (count == 0)
                    _counts.Remove(roomId);
                else
                    _counts[roomId] = count;
            }
        }

        public long Sum(HashSet<RoomId> joined)
        {
            lock (_lock)
                return _counts.Where(entry => joined.Contains(entry.Key)).Sum(static entry => entry.Value);
        }
    }
}
