using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.Timeline;

/// <summary>An event of a room by its sender's clock, in milliseconds since the Unix epoch.</summary>
public readonly record struct EventMoment(EventId EventId, long OriginServerTs);

/// <summary>Asks other servers for events by time. Implemented where other servers are known.</summary>
public interface IRemoteTimestamps
{
    /// <summary>The event closest to a time in a direction that any of the room's servers knows, as far as they are asked; null when none says.</summary>
    ValueTask<EventMoment?> FindAsync(RoomSnapshot room, long timestamp, bool backwards, CancellationToken cancellationToken);
}
