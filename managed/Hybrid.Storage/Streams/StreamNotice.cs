using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Streams;

/// <summary>
/// One thing that became readable in a stream. <see cref="User"/> or <see cref="Room"/> says whom it concerns; room events carry
/// themselves, so that readers that keep up never read them back from the store.
/// </summary>
public readonly record struct StreamNotice(StreamKind Stream, long Position)
{
    public UserId? User { get; init; }

    public RoomId? Room { get; init; }

    /// <summary>The event, for <see cref="StreamKind.Events"/>.</summary>
    public StoredEvent? Event { get; init; }

    /// <summary>
    /// What the event does to current state; null where it is what follows from the event itself: a state event becomes the value of
    /// its key.
    /// </summary>
    public IReadOnlyList<StateEffect>? Effects { get; init; }

    /// <summary>The values that current state takes with the event.</summary>
    public IEnumerable<StoredEvent> StateTaken => Effects is { } effects
        ? effects.Select(static effect => effect.Value).OfType<StoredEvent>()
        : Event is { IsState: true } own ? [own] : [];
}
