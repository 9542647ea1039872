using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Streams;

/// <summary>Memberships of the syncing user as they were at the ends of a turn. Mostly the current one is both.</summary>
sealed class RoomMemberships(IMembershipStore store)
{
    /// <summary>The membership at the end of the turn; null when there was none yet.</summary>
    public async ValueTask<MembershipRecord?> AtEndAsync(MembershipRecord current, SyncTurn turn, CancellationToken cancellationToken) =>
        current.Position <= turn.UpTo.Events ? current : await FindAsync(current.RoomId, turn.UpTo.Events, turn, cancellationToken);

    /// <summary>The membership where the turn begins; null in an initial sync, or when there was none yet.</summary>
    public async ValueTask<MembershipRecord?> AtStartAsync(MembershipRecord current, SyncTurn turn, CancellationToken cancellationToken)
    {
        if (turn.IsInitial)
            return null;

        return current.Position <= turn.After.Events ? current : await FindAsync(current.RoomId, turn.After.Events, turn, cancellationToken);
    }

    /// <summary>Whether the user was joined at the start of the turn and is still, without having been away in between.</summary>
    public async ValueTask<bool> StayedAsync(MembershipRecord current, SyncTurn turn, CancellationToken cancellationToken) =>
        !turn.IsInitial && await StayedAsync(current, turn.After.Events, turn.UpTo.Events, cancellationToken);

    /// <summary>Whether the user, joined by this membership at the end of (<paramref name="after"/>, <paramref name="upTo"/>], was so all the time.</summary>
    public async ValueTask<bool> StayedAsync(MembershipRecord current, long after, long upTo, CancellationToken cancellationToken)
    {
        if (current.Position <= after)
            return true;

        var history = await store.ReadMembershipHistoryAsync(current.UserId, current.RoomId, cancellationToken);
        return history.LastOrDefault(entry => entry.Position <= after) is { Membership: "join" }
            && history.All(entry => entry.Position <= after || entry.Position > upTo || entry.Membership == "join");
    }

    /// <summary>Whether the user was ever joined before this membership.</summary>
    public async ValueTask<bool> WasJoinedBeforeAsync(MembershipRecord membership, CancellationToken cancellationToken)
    {
        var history = await store.ReadMembershipHistoryAsync(membership.UserId, membership.RoomId, cancellationToken);
        return history.Any(entry => entry.Position < membership.Position && entry.Membership == "join");
    }

    /// <summary>Whether the user was ever joined before this membership, and whether they were so at <paramref name="bound"/>.</summary>
    public async ValueTask<(bool WasJoined, bool WasJoinedAtBound)> BeforeAsync(MembershipRecord membership, long? bound, CancellationToken cancellationToken)
    {
        var history = await store.ReadMembershipHistoryAsync(membership.UserId, membership.RoomId, cancellationToken);
        return (
            history.Any(entry => entry.Position < membership.Position && entry.Membership == "join"),
            history.LastOrDefault(entry => entry.Position <= (bound ?? 0)) is { Membership: "join" });
    }

    async ValueTask<MembershipRecord?> FindAsync(RoomId roomId, long position, SyncTurn turn, CancellationToken cancellationToken) =>
        (await store.ReadMembershipHistoryAsync(turn.UserId, roomId, cancellationToken)).LastOrDefault(entry => entry.Position <= position);
}
