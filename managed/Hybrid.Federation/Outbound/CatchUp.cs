using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Outbound;

/// <summary>What a server that was away is told of a room.</summary>
/// <param name="Events">What to send, oldest first; nothing when the room is none of its business any more.</param>
/// <param name="UpTo">Up to which position that is everything.</param>
readonly record struct MissedEvents(IReadOnlyList<StoredEvent> Events, long UpTo);

/// <summary>
/// Finds what a server that was away is told of a room: the latest event that it should have had. It asks for what is between itself ("Backfilling
/// and retrieving missing events"). What does not lead to that event is told too: a branch that this server had begun while it was cut off, and left behind
/// when its users left and came back through another server. A server whose users have all left meanwhile is told what became of them here, and nothing else.
/// </summary>
sealed class CatchUp(RoomRegistry rooms, RoomStates states, IDestinationRooms destinations, IRoomStore log, ServerIdentity identity)
{
    const int PageSize = 500;

    // An event of ours that has so many others behind it is found through them.
    const int MaxPages = 20;

    const int MaxMembers = 50;

    const int MaxBranches = 10;

    public async ValueTask<MissedEvents> FindAsync(ServerName server, RoomId roomId, long from, long latest, CancellationToken cancellationToken)
    {
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return new MissedEvents([], latest);

        var current = room.Current;
        if (!(await destinations.ServersInAsync(roomId, cancellationToken)).Contains(server))
        {
            var members = MembersSentAway(current, server, from);
            return new MissedEvents(members, Math.Max(current.LatestPosition, members.Count > 0 ? members[^1].Position : 0));
        }

        var found = latest == OwedEvents.UnknownLatest
            ? await FindLatestAsync(current, from, cancellationToken)
            : await FindAtAsync(current, latest, cancellationToken);
        return found is null
            ? new MissedEvents([], latest == OwedEvents.UnknownLatest ? current.LatestPosition : latest)
            : new MissedEvents([.. await FindBranchesAsync(current, server, from, found, cancellationToken), found], found.Position);
    }

    // The last of what was said here, where nothing that is known here follows it: nobody would ask for it.
    async ValueTask<IReadOnlyList<StoredEvent>> FindBranchesAsync(
        RoomSnapshot room, ServerName server, long from, StoredEvent latest, CancellationToken cancellationToken)
    {
        var events = from > room.RecentAfter
            ? room.Recent
            : (await log.ReadTimelineAsync(new TimelineQuery(room.RoomId, room.LatestPosition + 1, from - 1, Backwards: true, PageSize), cancellationToken)).Events;
        var open = events.Where(stored => stored.Position >= from && stored.Position < latest.Position && stored.IsPlaced && IsOurs(stored))
            .ToDictionary(static stored => stored.EventId);
        foreach (var stored in open.Count > 0 ? events : [])
        {
            foreach (var prev in GraphLinks.Read(stored.Json.Span).PrevEvents)
                open.Remove(prev);
        }

        var branches = new List<StoredEvent>();
        foreach (var end in open.Values.OrderByDescending(static stored => stored.Position).Take(MaxBranches))
        {
            // It may have been said while no user of the server was there to hear it.
            if ((await states.ReadBeforeAsync(room, end, cancellationToken)).Any(member => IsJoinedFrom(member, server)))
                branches.Add(end);
        }

        branches.Reverse();
        return branches;
    }

    // An invitation, a kick, a ban, a refusal of a knock: what is done from here to users of the server.
    List<StoredEvent> MembersSentAway(RoomSnapshot room, ServerName server, long from)
    {
        var suffix = ":" + server.Value;
        return
        [
            .. room.State
                .Where(entry => entry.Key.Type == "m.room.member" && entry.Value.Position >= from && entry.Key.Key.EndsWith(suffix, StringComparison.Ordinal)
                    && entry.Value.Sender.Server == identity.Name)
                .Select(static entry => entry.Value)
                .OrderByDescending(static stored => stored.Position)
                .Take(MaxMembers)
                .Reverse(),
        ];
    }

    async ValueTask<StoredEvent?> FindAtAsync(RoomSnapshot room, long position, CancellationToken cancellationToken)
    {
        if (room.Recent.FindLast(stored => stored.Position == position) is { } recent)
            return recent;

        var page = await log.ReadTimelineAsync(new TimelineQuery(room.RoomId, position + 1, position - 1, Backwards: true, 1), cancellationToken);
        return page.Events.Count > 0 ? page.Events[0] : null;
    }

    async ValueTask<StoredEvent?> FindLatestAsync(RoomSnapshot room, long from, CancellationToken cancellationToken)
    {
        if (room.Recent.FindLast(stored => stored.Position >= from && IsOurs(stored)) is { } recent)
            return recent;

        long? next = room.RecentAfter + 1;
        for (var pages = 0; pages < MaxPages && next > from; pages++)
        {
            var page = await log.ReadTimelineAsync(new TimelineQuery(room.RoomId, next.Value, from - 1, Backwards: true, PageSize), cancellationToken);
            if (page.Events.FirstOrDefault(IsOurs) is { } found)
                return found;
            next = page.Next;
        }

        return null;
    }

    static bool IsJoinedFrom(StoredEvent member, ServerName server) =>
        member is { Type: "m.room.member", Membership: "join" } && UserId.TryParse(member.StateKey, out var user) && user.Server == server;

    bool IsOurs(StoredEvent stored) => stored.Sender.Server == identity.Name;
}
