using System.Collections.Concurrent;
using System.Collections.Immutable;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;

namespace Hybrid.Rooms.Membership;

/// <summary>
/// Which rooms users are in: a reader of the log that keeps the users that were asked for in memory and follows every member
/// event. Its answer is never older than the last published position.
/// </summary>
public sealed class MembershipIndex : IDisposable
{
    readonly IMembershipStore _store;
    readonly ConcurrentDictionary<UserId, Entry> _users = new();
    readonly IDisposable _subscription;

    public MembershipIndex(IMembershipStore store, StreamHub hub)
    {
        _store = store;
        _subscription = hub.Subscribe(Follow);
    }

    /// <summary>The user's current membership in every room, forgotten rooms included.</summary>
    public async ValueTask<ImmutableDictionary<RoomId, MembershipRecord>> OfAsync(UserId userId, CancellationToken cancellationToken)
    {
        var entry = _users.GetOrAdd(userId, static _ => new Entry());
        if (entry.Rooms is { } known)
            return known;

        // Changes that are published while the store is read wait in the entry, and are applied over what was read.
        var stored = await _store.ReadMembershipsAsync(userId, cancellationToken);
        return entry.Fill(stored);
    }

    /// <summary>Drops what is kept about the user, after the store changed it without an event.</summary>
    public void Invalidate(UserId userId) => _users.TryRemove(userId, out _);

    public void Dispose() => _subscription.Dispose();

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            foreach (var (member, at, membership, source) in AppendedState.Memberships(notice))
            {
                if (_users.TryGetValue(member, out var entry))
                    entry.Apply(new MembershipRecord(member, at.RoomId, membership, source.EventId, source.Sender, notice.Position, Forgotten: false));
            }
        }
    }

    sealed class Entry
    {
        readonly Lock _lock = new();
        readonly List<MembershipRecord> _early = [];
        ImmutableDictionary<RoomId, MembershipRecord>? _rooms;

        public ImmutableDictionary<RoomId, MembershipRecord>? Rooms => Volatile.Read(ref _rooms);

        public ImmutableDictionary<RoomId, MembershipRecord> Fill(IReadOnlyList<MembershipRecord> stored)
        {
            lock (_lock)
            {
                if (_rooms is not null)
                    return _rooms;

                var rooms = stored.ToImmutableDictionary(static record => record.RoomId);
                foreach (var change in _early)
                    rooms = Newer(rooms, change);
                _early.Clear();
                Volatile.Write(ref _rooms, rooms);
                return rooms;
            }
        }

        public void Apply(MembershipRecord change)
        {
            lock (_lock)
            {
                if (_rooms is null)
                    _early.Add(change);
                else
                    Volatile.Write(ref _rooms, Newer(_rooms, change));
            }
        }

        static ImmutableDictionary<RoomId, MembershipRecord> Newer(ImmutableDictionary<RoomId, MembershipRecord> rooms, MembershipRecord change) =>
            rooms.TryGetValue(change.RoomId, out var known) && known.Position >= change.Position ? rooms : rooms.SetItem(change.RoomId, change);
    }
}
