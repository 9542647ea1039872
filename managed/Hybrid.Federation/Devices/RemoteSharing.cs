using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Devices;

/// <summary>
/// Whether this server hears of the devices of users of other servers: their servers tell those who share a room with them. A room of which
/// no user of this server is a member any more does not count.
/// </summary>
public sealed class RemoteSharing(ServerIdentity identity, RoomRegistry rooms, MembershipIndex index)
{
    readonly string _suffix = $":{identity.Name}";

    /// <summary>Whether a user of this server is joined to a room that <paramref name="remote"/> is joined to.</summary>
    public ValueTask<bool> SharesAsync(UserId remote, CancellationToken cancellationToken) => SharesSinceAsync(remote, long.MaxValue, null, cancellationToken);

    /// <summary>
    /// Whether there is a room in which <paramref name="remote"/> and a user of this server have both been all the time since
    /// <paramref name="since"/>, so that nothing can have been missed. May say no where a member changed their name meanwhile, which
    /// costs a question to their server.
    /// </summary>
    /// <param name="remote">The user of another server.</param>
    /// <param name="since">A position in <see cref="StreamKind.Events"/>.</param>
    /// <param name="likely">A user of this server who is looked at first, as the others take longer.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<bool> SharesSinceAsync(UserId remote, long since, UserId? likely, CancellationToken cancellationToken)
    {
        var theirs = (await index.OfAsync(remote, cancellationToken)).Values.Where(membership => IsIn(membership, since)).ToList();
        if (theirs.Count == 0)
            return false;

        if (likely is { } first)
        {
            var own = await index.OfAsync(first, cancellationToken);
            if (theirs.Any(membership => own.TryGetValue(membership.RoomId, out var mine) && IsIn(mine, since)))
                return true;
        }

        foreach (var membership in theirs)
        {
            if (await rooms.FindAsync(membership.RoomId, cancellationToken) is not { } room)
                continue;

            foreach (var member in room.Current.Joined)
            {
                if (!member.Value.EndsWith(_suffix, StringComparison.Ordinal))
                    continue;
                if ((await index.OfAsync(member, cancellationToken)).TryGetValue(membership.RoomId, out var mine) && IsIn(mine, since))
                    return true;
            }
        }

        return false;
    }

    static bool IsIn(MembershipRecord membership, long since) => membership.Membership == "join" && membership.Position <= since;
}
