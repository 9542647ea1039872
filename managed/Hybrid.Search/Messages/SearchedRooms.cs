using Hybrid.Accounts.Filters;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Membership;

namespace Hybrid.Search.Messages;

/// <summary>In which rooms a search looks: those that the user is in or was in, and with a room those that it was upgraded from.</summary>
public sealed class SearchedRooms(RoomRegistry rooms, MembershipIndex index)
{
    // Longer than any room's history; a chain that closes in a ring ends here too.
    const int MostPredecessors = 32;

    /// <param name="userId">Who searches.</param>
    /// <param name="filter">Which rooms to look in and which to leave out; a room that is asked for brings its predecessors.</param>
    /// <param name="only">One room of those alone, or null.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async ValueTask<IReadOnlyCollection<RoomId>> OfAsync(UserId userId, EventFilter filter, RoomId? only, CancellationToken cancellationToken)
    {
        var memberships = await index.OfAsync(userId, cancellationToken);
        IEnumerable<RoomId> candidates = memberships
            .Where(static entry => entry.Value is { Membership: "join" } or { Membership: "leave" or "ban", Forgotten: false })
            .Select(static entry => entry.Key);
        if (filter.Definition.Rooms is { } wanted)
        {
            var withOlder = new HashSet<RoomId>(wanted);
            foreach (var roomId in wanted)
                withOlder.UnionWith(await PredecessorsAsync(roomId, cancellationToken));
            candidates = candidates.Where(withOlder.Contains);
        }

        if (filter.Definition.NotRooms is { } unwanted)
            candidates = candidates.Except(unwanted);
        return only is { } room ? [.. candidates.Where(candidate => candidate == room)] : [.. candidates];
    }

    async ValueTask<List<RoomId>> PredecessorsAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        var older = new List<RoomId>();
        var next = (RoomId?)roomId;
        while (next is { } current && older.Count <= MostPredecessors && await rooms.FindAsync(current, cancellationToken) is { } room)
        {
            if (older.Count > 0 && current == roomId)
                break;
            older.Add(current);
            next = room.Current.Find("m.room.create") is { } created && RoomPredecessor.Of(created) is { } predecessor ? predecessor : null;
        }

        return older;
    }
}
