using Hybrid.Primitives;

namespace Hybrid.Rooms.Maintenance;

/// <summary>A part that keeps something about events or rooms in memory, and must let go of it when they go.</summary>
public interface IRoomRemovalObserver
{
    /// <summary>Events of the room are gone from the store.</summary>
    ValueTask PurgedAsync(RoomId roomId, IReadOnlyCollection<long> positions);

    /// <summary>The room cannot be opened any more.</summary>
    ValueTask DeletedAsync(RoomId roomId);
}
