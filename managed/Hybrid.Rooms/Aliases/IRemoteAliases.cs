using Hybrid.Primitives;

namespace Hybrid.Rooms.Aliases;

/// <summary>What an alias leads to: a room, and servers that are in it.</summary>
public sealed record ResolvedAlias(RoomId RoomId, IReadOnlyList<ServerName> Servers);

/// <summary>Asks other servers for their aliases. Implemented where other servers are known.</summary>
public interface IRemoteAliases
{
    /// <summary>The room of an alias of another server; <c>M_NOT_FOUND</c>, or an error that says that the server cannot be asked.</summary>
    ValueTask<Result<ResolvedAlias>> ResolveAsync(RoomAlias alias, CancellationToken cancellationToken);
}
