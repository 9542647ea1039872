using Hybrid.Primitives;

namespace Hybrid.Storage.DelayedEvents;

/// <summary>What became of a delayed event.</summary>
public enum DelayedOutcome
{
    /// <summary>Nothing yet.</summary>
    Scheduled = 0,

    /// <summary>It is sent.</summary>
    Sent = 1,

    /// <summary>It will not be sent: its owner said so, or others have changed the state that it was to set.</summary>
    Canceled = 2,

    /// <summary>It could not be sent.</summary>
    Failed = 3,
}

/// <summary>An event that is to be sent later (MSC4140).</summary>
/// <param name="DelayId">Names it; whoever knows it may manage it.</param>
/// <param name="Owner">Who sends it.</param>
/// <param name="RoomId">Where to.</param>
/// <param name="Type">The event type.</param>
/// <param name="Delay">How long after <see cref="RunningSince"/> it is sent.</param>
/// <param name="RunningSince">When it was scheduled, or restarted last.</param>
public sealed record DelayedEvent(string DelayId, UserId Owner, RoomId RoomId, string Type, TimeSpan Delay, DateTimeOffset RunningSince)
{
    /// <summary>Its time came.</summary>
    public const string ByDelay = "delay";

    /// <summary>Somebody asked for it.</summary>
    public const string ByAction = "action";

    public DeviceId? DeviceId { get; init; }

    /// <summary>Null for a message event.</summary>
    public string? StateKey { get; init; }

    /// <summary>A JSON object.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>How far the log was when it was scheduled: what came to its place in the state after that can make it void.</summary>
    public long ScheduledAt { get; init; }

    public DelayedOutcome Outcome { get; init; }

    /// <summary>When it was sent, canceled, or failed.</summary>
    public DateTimeOffset? FinalizedAt { get; init; }

    /// <summary>The event that was sent.</summary>
    public EventId? EventId { get; init; }

    /// <summary><see cref="ByDelay"/> or <see cref="ByAction"/>; for an error its code, a colon and its text.</summary>
    public string? Reason { get; init; }

    public DateTimeOffset SendAt => RunningSince + Delay;
}

/// <summary>Delayed events, so that they are sent after a restart too.</summary>
public interface IDelayedEventStore
{
    /// <summary>How many finalized events of a user can be looked at.</summary>
    const int MaxFinalized = 100;

    /// <summary>Adds a scheduled event, unless the user has <paramref name="limit"/> of them: then it is false, and nothing is written.</summary>
    ValueTask<bool> TryAddAsync(DelayedEvent delayed, int limit, CancellationToken cancellationToken);

    /// <summary>Lets a scheduled event run anew from <paramref name="now"/>; false when there is none.</summary>
    ValueTask<bool> RestartAsync(string delayId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Writes down what became of a scheduled event, and forgets the user's oldest finalized ones where there are too many; false when it is not scheduled.</summary>
    ValueTask<bool> FinalizeAsync(DelayedEvent delayed, CancellationToken cancellationToken);

    ValueTask<DelayedEvent?> FindAsync(string delayId, CancellationToken cancellationToken);

    /// <summary>All scheduled events, the next one first.</summary>
    ValueTask<IReadOnlyList<DelayedEvent>> ReadScheduledAsync(CancellationToken cancellationToken);

    /// <summary>The user's events: scheduled ones with the next first, then finalized ones with the latest first.</summary>
    ValueTask<IReadOnlyList<DelayedEvent>> ReadOwnAsync(UserId owner, CancellationToken cancellationToken);

    ValueTask DeleteAllAsync(UserId owner, CancellationToken cancellationToken);
}
