using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Devices;

/// <summary>
/// Whether this server hears of the devices of users of other servers: their servers tell those who share a room with them. A room of which
/// no user of this server is a member any more does not count.
/// </summary>
public sealed class RemoteSharing(ServerIdentity identity, RoomRegistry rooms, MembershipIndex index, IMembershipStore memberships)
{
    readonly string _suffix = $":{identity.Name}";

    /// <summary>Whether a user of this server is joined to a room that <paramref name="remote"/> is joined to.</summary>
    public ValueTask<bool> SharesAsync(UserId remote, CancellationToken cancellationToken) => SharesSinceAsync(remote, long.MaxValue, null, cancellationToken);

    /// <summary>
    /// Whether there is a room in which <paramref name="remote"/> and a user of this server have both been all the time since
    /// <paramref name="since"/>, so that nothing can have been missed.
    /// </summary>
    /// <param name="remote">The user of another server.</param>
    /// <param name="since">A position in <see cref="StreamKind.Events"/>.</param>
    /// <param name="likely">A user of this server who is looked at first, as the others take longer.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<bool> SharesSinceAsync(UserId remote, long since, UserId? likely, CancellationToken cancellationToken)
    {
        var theirs = new List<RoomId>();
        foreach (var membership in (await index.OfAsync(remote, cancellationToken)).Values)
        {
            if (await HasBeenInAsync(membership, since, cancellationToken))
                theirs.Add(membership.RoomId);
        }

        foreach (var roomId in likely is null ? [] : theirs)
        {
            if (await HasBeenInAsync(likely!.Value, roomId, since, cancellationToken))
                return true;
        }

        foreach (var roomId in theirs)
        {
            if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
                continue;

            foreach (var member in room.Current.Joined)
            {
                if (member.Value.EndsWith(_suffix, StringComparison.Ordinal) && await HasBeenInAsync(member, roomId, since, cancellationToken))
                    return true;
            }
        }

        return false;
    }

    async ValueTask<bool> HasBeenInAsync(UserId member, RoomId roomId, long since, CancellationToken cancellationToken) =>
        (await index.OfAsync(member, cancellationToken)).TryGetValue(roomId, out var membership) && await HasBeenInAsync(membership, since, cancellationToken);

    async ValueTask<bool> HasBeenInAsync(MembershipRecord membership, long since, CancellationToken cancellationToken)
    {
        if (membership.Membership != "join")
            return false;
        if (membership.Position <= since)
            return true;

        // Either they came, or only their name did.
        var history = await memberships.ReadMembershipHistoryAsync(membership.UserId, membership.RoomId, cancellationToken);
        return history.LastOrDefault(entry => entry.Position <= since) is { Membership: "join" }
            && history.All(entry => entry.Position <= since || entry.Membership == "join");
    }
}
