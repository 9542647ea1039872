using Hybrid.Primitives;

namespace Hybrid.Storage.Threads;

/// <summary>What a user has decided about a thread (MSC4306).</summary>
/// <param name="RoomId">The room.</param>
/// <param name="RootId">The event that the thread began with.</param>
/// <param name="IsSubscribed">False when the user was subscribed, and is no longer.</param>
/// <param name="IsAutomatic">Whether their client subscribed them by itself.</param>
/// <param name="Position">Of the last change, in <see cref="StreamKind.AccountData"/>.</param>
public sealed record ThreadSubscription(RoomId RoomId, EventId RootId, bool IsSubscribed, bool IsAutomatic, long Position);

/// <summary>How a subscription went.</summary>
public enum SubscribeOutcome
{
    /// <summary>The user is subscribed, as before or from now on.</summary>
    Subscribed,

    /// <summary>The user has unsubscribed since the event that their client names.</summary>
    Unsubscribed,

    /// <summary>The user has decided about too many threads.</summary>
    TooMany,
}

/// <summary>
/// Which threads users follow. A change takes a position in <see cref="StreamKind.AccountData"/>, for it is the user's own, and is
/// published with user and room.
/// </summary>
public interface IThreadSubscriptionStore
{
    /// <summary>What the user has decided; null: nothing yet.</summary>
    ValueTask<ThreadSubscription?> FindAsync(UserId userId, RoomId roomId, EventId rootId, CancellationToken cancellationToken);

    /// <summary>Subscribes a user. What they did themselves stays above what their client does.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="roomId">The room.</param>
    /// <param name="rootId">The event that the thread began with.</param>
    /// <param name="cause">Where in the log the event is that made the client subscribe them; null: they did so themselves.</param>
    /// <param name="most">How many threads one user may have decided about.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask<SubscribeOutcome> SubscribeAsync(UserId userId, RoomId roomId, EventId rootId, long? cause, int most, CancellationToken cancellationToken);

    /// <summary>Ends a subscription; without one nothing changes.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="roomId">The room.</param>
    /// <param name="rootId">The event that the thread began with.</param>
    /// <param name="seen">The room's last position in the log: no event up to there subscribes the user again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask UnsubscribeAsync(UserId userId, RoomId roomId, EventId rootId, long seen, CancellationToken cancellationToken);

    /// <summary>The last <paramref name="limit"/> changes in (<paramref name="after"/>, <paramref name="upTo"/>], oldest first.</summary>
    ValueTask<IReadOnlyList<ThreadSubscription>> ReadChangesAsync(UserId userId, long after, long upTo, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes all that the user has decided.</summary>
    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);
}
