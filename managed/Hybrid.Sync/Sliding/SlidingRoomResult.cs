using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Sync.Timelines;

namespace Hybrid.Sync.Sliding;

/// <summary>What a text of the room became.</summary>
/// <param name="Value">Null when there is none now.</param>
readonly record struct ChangedText(string? Value);

/// <summary>What a sliding sync says of a room (MSC4186, <c>RoomResult</c>). What is null has not changed.</summary>
/// <param name="Membership">The user's.</param>
sealed record SlidingRoomResult(MembershipRecord Membership)
{
    /// <summary>All of it, and not only what changed.</summary>
    public bool IsInitial { get; init; }

    /// <summary>The timeline goes further back than what the client was sent, since it asked for more.</summary>
    public bool IsExpanded { get; init; }

    public ChangedText? Name { get; init; }

    public ChangedText? Avatar { get; init; }

    /// <summary>Member events of the users to name the room after.</summary>
    public IReadOnlyList<(UserId User, StoredEvent? Member)>? Heroes { get; init; }

    public int? Joined { get; init; }

    public int? Invited { get; init; }

    public bool? IsDirect { get; init; }

    public IReadOnlyList<StoredEvent> State { get; init; } = [];

    public RoomTimeline? Timeline { get; init; }

    /// <summary>How many events of the timeline have just come.</summary>
    public int Live { get; init; }

    public long? BumpStamp { get; init; }

    /// <summary>For someone who is not in the room yet.</summary>
    public IReadOnlyList<StoredEvent>? Stripped { get; init; }

    /// <summary>Whether there is anything to tell.</summary>
    public bool IsNews => IsInitial || IsExpanded || State.Count > 0 || Timeline is { Events.Count: > 0 } or { Limited: true } || Stripped is not null || IsDirect is not null;
}
