using Hybrid.Primitives;

namespace Hybrid.Rooms.Timeline;

/// <summary>Gets history of rooms that other servers have and this one does not.</summary>
public interface IRoomHistory
{
    /// <summary>Whether events from before what is known were added to the room; false when there are none, or none can be had now.</summary>
    ValueTask<bool> FetchAsync(RoomId roomId, CancellationToken cancellationToken);
}
