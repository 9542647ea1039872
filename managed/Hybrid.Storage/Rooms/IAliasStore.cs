using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>An alias and the room that it names.</summary>
public sealed record AliasRecord(RoomAlias Alias, RoomId RoomId, UserId Creator);

/// <summary>Local room aliases, and which rooms the public directory lists.</summary>
public interface IAliasStore
{
    ValueTask<AliasRecord?> FindAsync(RoomAlias alias, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<AliasRecord>> ReadByRoomAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>Claims the alias; false when it is taken.</summary>
    ValueTask<bool> TryAddAsync(AliasRecord alias, CancellationToken cancellationToken);

    ValueTask RemoveAsync(RoomAlias alias, CancellationToken cancellationToken);

    /// <summary>Lets every alias of a room name another, and gives that one its place in the directory, in one step.</summary>
    ValueTask MoveAsync(RoomId from, RoomId to, CancellationToken cancellationToken);

    ValueTask SetPublicAsync(RoomId roomId, bool isPublic, CancellationToken cancellationToken);

    /// <summary>Whether the directory lists the room; false for one that is not known.</summary>
    ValueTask<bool> IsPublicAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>Every room that the directory lists.</summary>
    ValueTask<IReadOnlyList<RoomId>> ReadPublicRoomsAsync(CancellationToken cancellationToken);

    /// <summary>Lists the room, or not, among those of another network, which an application service publishes.</summary>
    ValueTask SetListedOnAsync(string network, RoomId roomId, bool isListed, CancellationToken cancellationToken);

    /// <summary>Every room that is listed on this network; null for any network.</summary>
    ValueTask<IReadOnlyList<RoomId>> ReadListedOnAsync(string? network, CancellationToken cancellationToken);

    /// <summary>Takes the room out of every network's list.</summary>
    ValueTask RemoveFromNetworksAsync(RoomId roomId, CancellationToken cancellationToken);
}
