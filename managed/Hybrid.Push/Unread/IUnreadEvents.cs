using Hybrid.Primitives;
using Hybrid.Storage.Push;

namespace Hybrid.Push.Unread;

/// <summary>An event that notified a user.</summary>
public sealed record UserNotification(RoomId RoomId, long Position, UnreadWeight Weight, bool IsRead);

/// <summary>The events that counts are made of, one by one.</summary>
public interface IUnreadEvents
{
    /// <summary>The event at a position, if it counts for anybody; complete once <see cref="IUnreadCounts.Position"/> has reached it.</summary>
    ValueTask<UnreadEvent?> FindAsync(RoomId roomId, long position, CancellationToken cancellationToken);

    /// <summary>Whether the user has read the event.</summary>
    ValueTask<bool> IsReadAsync(UserId userId, RoomId roomId, UnreadEvent unread, CancellationToken cancellationToken);

    /// <summary>
    /// What notified the user in some rooms, read or not, the newest first, from the first before <paramref name="before"/> on: of
    /// each room the latest that are kept. <c>Next</c> is where to go on, null when there is no more.
    /// </summary>
    ValueTask<(IReadOnlyList<UserNotification> Events, long? Next)> ListAsync(
        UserId userId, IReadOnlySet<RoomId> rooms, bool onlyHighlights, long before, int limit, CancellationToken cancellationToken);
}
