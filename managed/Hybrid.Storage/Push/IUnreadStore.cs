using Hybrid.Primitives;

namespace Hybrid.Storage.Push;

/// <summary>An event that notified a user and is unread. <paramref name="Thread"/> is null in the main timeline.</summary>
public readonly record struct UnreadEvent(long Position, EventId? Thread, bool Highlight);

/// <summary>Everything unread by a user in a room, oldest first; empty when all is read.</summary>
public sealed record UnreadRoom(UserId UserId, RoomId RoomId, IReadOnlyList<UnreadEvent> Events);

/// <summary>What the reader that counts unread events had done when it last wrote it down.</summary>
/// <param name="EventsPosition">It had counted the log up to here.</param>
/// <param name="ReceiptsPosition">It had applied receipts up to here.</param>
/// <param name="Rooms">What was unread then.</param>
public sealed record UnreadCheckpoint(long EventsPosition, long ReceiptsPosition, IReadOnlyList<UnreadRoom> Rooms);

/// <summary>Checkpoints of the reader that counts unread events. It can be behind: what came after a checkpoint is counted again.</summary>
public interface IUnreadStore
{
    ValueTask<UnreadCheckpoint> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Replaces what is stored of the rooms given, and the positions, in one step.</summary>
    ValueTask SaveAsync(UnreadCheckpoint changes, CancellationToken cancellationToken);
}
