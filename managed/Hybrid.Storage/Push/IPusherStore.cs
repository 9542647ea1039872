using Hybrid.Primitives;

namespace Hybrid.Storage.Push;

/// <summary>Where a user's notifications are sent (specification, "Push Notifications").</summary>
/// <param name="Number">Its number in the store; 0 until stored.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="AppId">The application. Together with user and push key it names the pusher.</param>
/// <param name="PushKey">Where the application is reached; an e-mail address for <see cref="PusherKinds.Email"/>.</param>
/// <param name="Kind">One of <see cref="PusherKinds"/>.</param>
public sealed record Pusher(long Number, UserId UserId, string AppId, string PushKey, string Kind)
{
    /// <summary>The device that set it up; the pusher goes with it. Null for one that belongs to no device.</summary>
    public DeviceId? DeviceId { get; init; }

    public required string AppDisplayName { get; init; }

    public required string DeviceDisplayName { get; init; }

    public string? ProfileTag { get; init; }

    public required string Lang { get; init; }

    /// <summary>The <c>data</c> object as JSON.</summary>
    public required string Data { get; init; }

    /// <summary>Who shows this may end the pusher. One that is set again keeps the secret that it had.</summary>
    public required string Secret { get; init; }

    /// <summary>When it was set last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Nothing is sent of events up to this position of the log.</summary>
    public long Since { get; init; }

    /// <summary>When it was last sent something, for kinds that gather.</summary>
    public DateTimeOffset? SentAt { get; init; }
}

/// <summary>Kinds of pushers of the specification.</summary>
public static class PusherKinds
{
    public const string Http = "http";
    public const string Email = "email";
}

/// <summary>An event that a pusher is to tell of.</summary>
/// <param name="Pusher">The pusher's number.</param>
/// <param name="Position">The event's position in the log.</param>
/// <param name="EventId">The event.</param>
/// <param name="RoomId">Its room.</param>
/// <param name="QueuedAt">Since when it waits.</param>
public sealed record QueuedPush(long Pusher, long Position, EventId EventId, RoomId RoomId, DateTimeOffset QueuedAt);

/// <summary>
/// Pushers and what they still have to send. A pusher goes with its device, and with a pusher what waits for it. What waits for one
/// pusher is bounded: of more than <see cref="MostQueued"/> the oldest go.
/// </summary>
public interface IPusherStore
{
    /// <summary>The most pushes that wait for one pusher.</summary>
    const int MostQueued = 200;

    /// <summary>How far the log is looked through for events to push.</summary>
    ValueTask<long> ReadPositionAsync(CancellationToken cancellationToken);

    /// <summary>Every pusher's number and user.</summary>
    ValueTask<IReadOnlyList<(long Number, UserId UserId)>> ReadAllAsync(CancellationToken cancellationToken);

    /// <summary>The user's pushers, in their order of addition.</summary>
    ValueTask<IReadOnlyList<Pusher>> ListAsync(UserId userId, CancellationToken cancellationToken);

    ValueTask<Pusher?> FindAsync(long number, CancellationToken cancellationToken);

    /// <summary>
    /// Adds the pusher or puts it in the place of the user's one with the same application and push key; unless
    /// <paramref name="append"/>, takes those of other users away. Its number; null when the user has <paramref name="most"/> others
    /// already, and nothing changed.
    /// </summary>
    ValueTask<long?> SetAsync(Pusher pusher, bool append, int most, CancellationToken cancellationToken);

    ValueTask RemoveAsync(UserId userId, string appId, string pushKey, CancellationToken cancellationToken);

    /// <summary>Takes away every pusher of a user.</summary>
    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Queues pushes and writes down the position, in one step. Pushes of pushers that are gone, and of events before a pusher's start, are left out.</summary>
    ValueTask EnqueueAsync(IReadOnlyList<QueuedPush> pushes, long position, CancellationToken cancellationToken);

    /// <summary>Pushers that something waits for.</summary>
    ValueTask<IReadOnlyList<long>> ReadWaitingAsync(CancellationToken cancellationToken);

    /// <summary>What waits for a pusher, the oldest first.</summary>
    ValueTask<IReadOnlyList<QueuedPush>> ReadQueueAsync(long pusher, int limit, CancellationToken cancellationToken);

    /// <summary>Takes what was sent, or given up, out of a pusher's queue: everything up to a position.</summary>
    ValueTask DequeueAsync(long pusher, long upTo, CancellationToken cancellationToken);

    /// <summary>Notes when a pusher was sent something.</summary>
    ValueTask NoteSentAsync(long pusher, DateTimeOffset sentAt, CancellationToken cancellationToken);
}
