using Hybrid.Primitives;

namespace Hybrid.Storage.Push;

/// <summary>What an unread event counts as.</summary>
public enum UnreadWeight
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A notification.</summary>
    Notification = 1,

    /// <summary>A notification that highlights.</summary>
    Highlight = 2,
}

/// <summary>An event that counts as unread for some of its room's members. Who has read it is told by receipts.</summary>
/// <param name="Position">The event's position in the log.</param>
/// <param name="Sender">Who sent it; it counts for everybody else.</param>
/// <param name="Thread">The root of its thread; null in the main timeline.</param>
/// <param name="Everyone">What it counts as for those who are no exception.</param>
/// <param name="Exceptions">What it counts as for the others.</param>
public sealed record UnreadEvent(
    long Position, UserId Sender, EventId? Thread, UnreadWeight Everyone, IReadOnlyDictionary<UserId, UnreadWeight> Exceptions)
{
    public UnreadWeight WeightFor(UserId userId) =>
        userId == Sender ? UnreadWeight.None : Exceptions.TryGetValue(userId, out var weight) ? weight : Everyone;
}

/// <summary>The latest unread events of a room, oldest first, and the positions at which members joined since the oldest.</summary>
public sealed record UnreadRoom(IReadOnlyList<UnreadEvent> Events, IReadOnlyDictionary<UserId, long> Joins)
{
    public static UnreadRoom Empty { get; } = new([], new Dictionary<UserId, long>());
}

/// <summary>What changed in a room since it was last written down.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="Added">Events to add.</param>
/// <param name="Removed">Positions of events that count no longer.</param>
/// <param name="Joined">Members who joined, and where.</param>
/// <param name="KeepAfter">Events and joins up to this position are given up.</param>
public sealed record UnreadChanges(
    RoomId RoomId, IReadOnlyList<UnreadEvent> Added, IReadOnlyList<long> Removed, IReadOnlyDictionary<UserId, long> Joined, long KeepAfter);

/// <summary>
/// What the reader that counts unread events has written down: a row per event, however many members the room has. It can be
/// behind; what came after its position is counted again.
/// </summary>
public interface IUnreadStore
{
    /// <summary>The log was counted up to here.</summary>
    ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken);

    ValueTask<UnreadRoom> ReadRoomAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>Events of some rooms before a position, the newest first.</summary>
    ValueTask<IReadOnlyList<(RoomId RoomId, UnreadEvent Event)>> ReadNewestAsync(
        IReadOnlyCollection<RoomId> rooms, long before, int limit, CancellationToken cancellationToken);

    /// <summary>Writes changes and the position that they reach to, in one step. Adding an event twice is adding it once.</summary>
    ValueTask SaveAsync(long position, IReadOnlyList<UnreadChanges> changes, CancellationToken cancellationToken);
}
