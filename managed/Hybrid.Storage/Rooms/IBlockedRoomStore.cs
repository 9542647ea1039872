using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>Rooms that nobody may join on this server, whether it knows them or not.</summary>
public interface IBlockedRoomStore
{
    /// <summary>The administrator who blocked the room; null when it is not blocked.</summary>
    ValueTask<UserId?> FindBlockerAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>Blocks the room; of a room that is blocked already it changes nothing.</summary>
    ValueTask BlockAsync(RoomId roomId, UserId administrator, CancellationToken cancellationToken);

    ValueTask UnblockAsync(RoomId roomId, CancellationToken cancellationToken);
}
