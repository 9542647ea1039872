using Hybrid.Primitives;

namespace Hybrid.Federation.Outbound;

/// <summary>Which other servers are in which rooms, by joined members. This server itself is never among them.</summary>
public interface IDestinationRooms
{
    /// <summary>Servers with a joined member in the room, as it is now; none in a room that is not known.</summary>
    ValueTask<IReadOnlySet<ServerName>> ServersInAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>Servers with a joined member in any room that the user is joined to.</summary>
    ValueTask<IReadOnlySet<ServerName>> ServersWithAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Rooms in which a member of the server is joined, in no particular order.</summary>
    ValueTask<IReadOnlyList<RoomId>> RoomsOfAsync(ServerName server, CancellationToken cancellationToken);
}
