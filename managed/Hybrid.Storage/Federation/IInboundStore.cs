using Hybrid.Primitives;

namespace Hybrid.Storage.Federation;

/// <summary>
/// The inbound log: events that other servers sent, kept from before they are answered until their rooms have received them. Nothing that was answered
/// with 200 is lost with the process.
/// </summary>
public interface IInboundStore
{
    /// <summary>Adds events, durable when it returns. An event that waits already is not added again.</summary>
    ValueTask AddAsync(IReadOnlyCollection<InboundEvent> events, CancellationToken cancellationToken);

    /// <summary>Rooms with events that wait.</summary>
    ValueTask<IReadOnlyList<RoomId>> ReadRoomsAsync(CancellationToken cancellationToken);

    /// <summary>The events of a room that have waited longest, first come first.</summary>
    ValueTask<IReadOnlyList<InboundEvent>> ReadAsync(RoomId roomId, int limit, CancellationToken cancellationToken);

    /// <summary>How many events of a room wait.</summary>
    ValueTask<int> CountAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>Takes events out of the log: their room has received them, or they are given up.</summary>
    ValueTask RemoveAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken);
}

/// <summary>An event that waits to be received.</summary>
/// <param name="EventId">Its ID, as computed.</param>
/// <param name="RoomId">Its room.</param>
/// <param name="Origin">Who sent it, and can be asked about it.</param>
/// <param name="ReceivedAt">When, in milliseconds since 1970.</param>
/// <param name="Json">What was sent, unchecked but for format and limits.</param>
public sealed record InboundEvent(EventId EventId, RoomId RoomId, ServerName Origin, long ReceivedAt, ReadOnlyMemory<byte> Json);
