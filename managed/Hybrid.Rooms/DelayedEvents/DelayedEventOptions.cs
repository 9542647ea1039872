namespace Hybrid.Rooms.DelayedEvents;

/// <summary>How much of delayed events users may have.</summary>
public sealed record DelayedEventOptions
{
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many may be scheduled for one user at a time.</summary>
    public int MaxScheduled { get; init; } = 100;
}
