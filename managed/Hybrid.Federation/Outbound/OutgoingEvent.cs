using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Outbound;

/// <summary>An event on its way to other servers, one for all of them.</summary>
sealed class OutgoingEvent(StoredEvent stored, long addedAt)
{
    StoredEvent? _current = stored;

    public EventId EventId { get; } = stored.EventId;

    public RoomId RoomId { get; } = stored.RoomId;

    public long Position { get; } = stored.Position;

    /// <summary>When it began to wait, in ticks of the clock.</summary>
    public long AddedAt { get; } = addedAt;

    /// <summary>When it was last known to be as it is stored, in ticks of the clock.</summary>
    public long ReadAt { get; private set; } = addedAt;

    /// <summary>The event as it is stored: redacted once it is redacted; null when it was removed.</summary>
    public StoredEvent? Current => Volatile.Read(ref _current);

    public void Renew(StoredEvent? current, long readAt)
    {
        Volatile.Write(ref _current, current);
        ReadAt = readAt;
    }
}
