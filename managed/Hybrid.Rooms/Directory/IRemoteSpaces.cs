using Hybrid.Primitives;

namespace Hybrid.Rooms.Directory;

/// <summary>What another server says of a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="Children">Rooms in it of which the server says something too; null for those that this server cannot look into anywhere.</param>
public sealed record RemoteSpace(SpaceRoom Room, IReadOnlyDictionary<RoomId, RoomSummary?> Children);

/// <summary>Asks other servers about rooms that this server is not in. Implemented where other servers are known.</summary>
public interface IRemoteSpaces
{
    /// <summary>What one of <paramref name="servers"/> says of the room to this server; null when none of them knows it, or shows it.</summary>
    ValueTask<RemoteSpace?> FindAsync(RoomId roomId, bool suggestedOnly, IReadOnlyList<ServerName> servers, CancellationToken cancellationToken);
}
