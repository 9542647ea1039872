using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Hybrid.Primitives;

namespace Hybrid.Rooms.State;

/// <summary>The servers of a room by how many of its members they have.</summary>
public static class RoomServers
{
    // The set of members stays the same object until somebody comes or goes, while snapshots come with every event.
    static readonly ConditionalWeakTable<ImmutableHashSet<UserId>, ServerName[]> Known = [];

    /// <summary>At most <paramref name="limit"/> of the room's servers without <paramref name="besides"/>, those with the most members first.</summary>
    public static IReadOnlyList<ServerName> LargestServers(this RoomSnapshot room, int limit, ServerName besides) =>
        [.. Known.GetValue(room.Joined, Order).Where(server => server != besides).Take(limit)];

    static ServerName[] Order(ImmutableHashSet<UserId> members) =>
    [
        .. members
            .CountBy(static member => member.Server)
            .OrderByDescending(static entry => entry.Value)
            .ThenBy(static entry => entry.Key.Value, StringComparer.Ordinal)
            .Select(static entry => entry.Key),
    ];
}
