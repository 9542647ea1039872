using Hybrid.Storage.Push;

namespace Hybrid.Push.Pushers;

/// <summary>How sending went.</summary>
enum DeliveryOutcome
{
    /// <summary>What was to be sent is sent, or need not be any more.</summary>
    Done,

    /// <summary>It did not work; it may later.</summary>
    Failed,

    /// <summary>The other side knows the pusher no more: it is to go.</summary>
    Gone,
}

/// <summary>How sending went, and up to where the queue is worked off.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="UpTo">The last position that is done with; 0 for none.</param>
readonly record struct Delivery(DeliveryOutcome Outcome, long UpTo)
{
    /// <summary>With <see cref="DeliveryOutcome.Done"/>: nothing was due yet, but is then.</summary>
    public DateTimeOffset? WaitUntil { get; init; }
}

/// <summary>Sends what waits for pushers of one kind.</summary>
interface IPusherDelivery
{
    /// <summary>The kind, of <see cref="PusherKinds"/>.</summary>
    string Kind { get; }

    /// <summary>How many queued pushes it wants to see at a time.</summary>
    int BatchSize { get; }

    /// <summary>Sends what is queued, the oldest first; as far as it comes.</summary>
    ValueTask<Delivery> SendAsync(Pusher pusher, IReadOnlyList<QueuedPush> queue, CancellationToken cancellationToken);

    /// <summary>The user has read something: tells the other side the new count, if it is another.</summary>
    ValueTask<DeliveryOutcome> SendBadgeAsync(Pusher pusher, CancellationToken cancellationToken);
}
