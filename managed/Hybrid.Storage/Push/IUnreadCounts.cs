using Hybrid.Primitives;

namespace Hybrid.Storage.Push;

/// <summary>Notifications that a user has not read, and how many of them highlight.</summary>
public readonly record struct UnreadCount(long Notifications, long Highlights)
{
    public static UnreadCount operator +(UnreadCount left, UnreadCount right) => Add(left, right);

    public static UnreadCount Add(UnreadCount left, UnreadCount right) =>
        new(left.Notifications + right.Notifications, left.Highlights + right.Highlights);
}

/// <summary>What a user has not read in one room: the main timeline, and each thread that has anything unread by its root.</summary>
public sealed record UnreadCounts(UnreadCount Main, IReadOnlyDictionary<EventId, UnreadCount> Threads)
{
    public static UnreadCounts None { get; } = new(default, new Dictionary<EventId, UnreadCount>());

    /// <summary>The main timeline and all threads together, for clients that do not tell them apart.</summary>
    public UnreadCount Total => Threads.Values.Aggregate(Main, UnreadCount.Add);
}

/// <summary>
/// Unread counts as push rules and receipts make them (specification, "Receiving notifications"): kept by a reader of the log
/// that evaluates push rules. <c>/sync</c> never shows an event before that reader has counted it.
/// </summary>
public interface IUnreadCounts
{
    /// <summary>The last position of <see cref="StreamKind.Events"/> that is counted.</summary>
    long Position { get; }

    /// <summary>Calls <paramref name="advanced"/> with the new <see cref="Position"/> each time it has grown; must not be called under a lock.</summary>
    IDisposable Subscribe(Action<long> advanced);

    /// <summary>Completes once every event up to <paramref name="position"/> is counted.</summary>
    ValueTask ReachAsync(long position, CancellationToken cancellationToken);

    /// <summary>The user's counts in a room. Receipts that are published are taken into account.</summary>
    ValueTask<UnreadCounts> ReadAsync(UserId userId, RoomId roomId, CancellationToken cancellationToken);
}
