using System.Collections.Immutable;
using Hybrid.Accounts.Keys;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync;

/// <summary>Who shares a joined room with whom: those see each other's presence and devices.</summary>
public sealed class SharedRooms(RoomRegistry rooms, MembershipIndex index, IRoomStore store, IMembershipStore memberships) : ISharedRooms
{
    static readonly SharingChanges None = new(ImmutableHashSet<UserId>.Empty, ImmutableHashSet<UserId>.Empty);

    /// <summary>Whether both are joined to one room now.</summary>
    public async ValueTask<bool> ShareAsync(UserId first, UserId second, CancellationToken cancellationToken) =>
        Share(await index.OfAsync(first, cancellationToken), await index.OfAsync(second, cancellationToken));

    /// <summary>Everyone who is joined to a room of the user, without the user.</summary>
    public async ValueTask<IReadOnlySet<UserId>> UsersSharingRoomsAsync(UserId userId, CancellationToken cancellationToken)
    {
        var sharing = new HashSet<UserId>();
        foreach (var membership in (await index.OfAsync(userId, cancellationToken)).Values.Where(static entry => entry.Membership == "join"))
        {
            if (await rooms.FindAsync(membership.RoomId, cancellationToken) is { } room)
                sharing.UnionWith(room.Current.Joined);
        }

        sharing.Remove(userId);
        return sharing;
    }

    /// <summary>
    /// How the circle changed in (<paramref name="after"/>, <paramref name="upTo"/>] of the log. May name as begun someone who
    /// shared another room before; never leaves anyone out.
    /// </summary>
    public async ValueTask<SharingChanges> ReadChangesAsync(UserId userId, long after, long upTo, CancellationToken cancellationToken)
    {
        if (after >= upTo)
            return None;

        var mine = await index.OfAsync(userId, cancellationToken);
        return await ReadChangesAsync(userId, mine, mine.Keys, after, upTo, cancellationToken);
    }

    /// <summary>As the other, for one who knows in which rooms anything happened.</summary>
    internal async ValueTask<SharingChanges> ReadChangesAsync(
        UserId userId, ImmutableDictionary<RoomId, MembershipRecord> mine, IEnumerable<RoomId> candidates, long after, long upTo,
        CancellationToken cancellationToken)
    {
        var began = new HashSet<UserId>();
        var ceased = new HashSet<UserId>();
        foreach (var roomId in candidates)
        {
            if (!mine.TryGetValue(roomId, out var membership) || (membership.Membership != "join" && membership.Position <= after))
                continue;
            if (await rooms.FindAsync(roomId, cancellationToken) is { Current: { } room } && room.LatestPosition > after)
                await AddRoomAsync(userId, membership, room, after, upTo, began, ceased, cancellationToken);
        }

        ceased.ExceptWith(began);
        foreach (var user in ceased.ToList())
        {
            if (Share(mine, await index.OfAsync(user, cancellationToken)))
                ceased.Remove(user);
        }

        return began.Count + ceased.Count == 0 ? None : new SharingChanges(began, ceased);
    }

    async ValueTask AddRoomAsync(
        UserId userId, MembershipRecord membership, RoomSnapshot room, long after, long upTo, HashSet<UserId> began, HashSet<UserId> ceased,
        CancellationToken cancellationToken)
    {
        var isJoined = membership.Membership == "join";
        var wasJoined = membership.Position <= after ? isJoined : await WasJoinedAsync(userId, room.RoomId, after, cancellationToken);
        if (isJoined && !wasJoined)
            began.UnionWith(room.Joined.Remove(userId));
        else if (!isJoined && wasJoined)
            ceased.UnionWith(room.Joined.Remove(userId));
        if (!wasJoined)
            return;

        foreach (var member in await ReadMembersAsync(room, after, upTo, cancellationToken))
        {
            if (member == userId)
                continue;

            var isMember = room.IsJoined(member);
            var wasMember = await store.ReadStateEntryAtAsync(room.RoomId, "m.room.member", member.Value, after, cancellationToken) is { Membership: "join" };
            if (isJoined && isMember && !wasMember)
                began.Add(member);
            else if (wasMember && (!isMember || !isJoined))
                ceased.Add(member);
        }
    }

    /// <summary>Users with a member event in the range.</summary>
    async ValueTask<IEnumerable<UserId>> ReadMembersAsync(RoomSnapshot room, long after, long upTo, CancellationToken cancellationToken)
    {
        return (await StateChanges.ReadAsync(store, room, after, upTo, cancellationToken))
            .Where(static stored => stored.Type == "m.room.member")
            .Select(static stored => UserId.TryParse(stored.StateKey, out var user) ? user : default)
            .Where(static user => user != default)
            .ToHashSet();
    }

    async ValueTask<bool> WasJoinedAsync(UserId userId, RoomId roomId, long position, CancellationToken cancellationToken)
    {
        var history = await memberships.ReadMembershipHistoryAsync(userId, roomId, cancellationToken);
        return history.LastOrDefault(entry => entry.Position <= position) is { Membership: "join" };
    }

    static bool Share(ImmutableDictionary<RoomId, MembershipRecord> first, ImmutableDictionary<RoomId, MembershipRecord> second)
    {
        var (fewer, more) = first.Count <= second.Count ? (first, second) : (second, first);
        foreach (var (roomId, membership) in fewer)
        {
            if (membership.Membership == "join" && more.TryGetValue(roomId, out var other) && other.Membership == "join")
                return true;
        }

        return false;
    }
}
