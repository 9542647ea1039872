using Hybrid.Primitives;

namespace Hybrid.Storage.Receipts;

/// <summary>How far a user has read in a room (specification, "Receipts").</summary>
/// <param name="RoomId">The room.</param>
/// <param name="UserId">The reader.</param>
/// <param name="Type"><see cref="ReceiptTypes.Read"/> or <see cref="ReceiptTypes.ReadPrivate"/>.</param>
/// <param name="ThreadId">Null for an unthreaded receipt, <c>main</c>, or the root of a thread.</param>
/// <param name="EventId">The event read up to.</param>
/// <param name="EventPosition">That event's position in the log.</param>
/// <param name="Timestamp">When, in milliseconds since the Unix epoch.</param>
/// <param name="Position">Position in <see cref="StreamKind.Receipts"/>; 0 until stored.</param>
public sealed record Receipt(
    RoomId RoomId, UserId UserId, string Type, string? ThreadId, EventId EventId, long EventPosition, long Timestamp, long Position)
{
    /// <summary>Only the reader may see it.</summary>
    public bool IsPrivate => Type == ReceiptTypes.ReadPrivate;
}

/// <summary>Receipt types of the specification.</summary>
public static class ReceiptTypes
{
    public const string Read = "m.read";
    public const string ReadPrivate = "m.read.private";

    /// <summary>Not a receipt but room account data; the receipt endpoints take it too.</summary>
    public const string FullyRead = "m.fully_read";

    /// <summary>The thread ID of what is in no thread.</summary>
    public const string MainThread = "main";
}

/// <summary>
/// Receipts: the newest per room, user, type and thread. A public one is published with its room and user, a private one with
/// its user alone; <see cref="ReadChangesAsync"/> tells its room.
/// </summary>
public interface IReceiptStore
{
    /// <summary>Stores a receipt that points further than the one it would replace; false, and nothing written, otherwise.</summary>
    ValueTask<bool> TrySetAsync(Receipt receipt, CancellationToken cancellationToken);

    /// <summary>Deletes every receipt of the user. Nothing is published: a receipt cannot be taken back from those who saw it.</summary>
    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Receipts of a room that changed in (<paramref name="after"/>, <paramref name="upTo"/>], private ones of all users included.</summary>
    ValueTask<IReadOnlyList<Receipt>> ReadRoomAsync(RoomId roomId, long after, long upTo, CancellationToken cancellationToken);

    /// <summary>All receipts of one user in a room.</summary>
    ValueTask<IReadOnlyList<Receipt>> ReadUserAsync(RoomId roomId, UserId userId, CancellationToken cancellationToken);

    /// <summary>Receipts of all rooms that changed in (<paramref name="after"/>, <paramref name="upTo"/>], oldest change first.</summary>
    ValueTask<IReadOnlyList<Receipt>> ReadChangesAsync(long after, long upTo, CancellationToken cancellationToken);
}
