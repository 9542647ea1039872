using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Sync.Timelines;

/// <summary>What a user is shown of one room: its events in (<see cref="After"/>, <see cref="UpTo"/>], and the state around them.</summary>
/// <param name="Room">The room, perhaps further than <see cref="UpTo"/>.</param>
/// <param name="UpTo">The last position to show.</param>
sealed record RoomRange(RoomSnapshot Room, long UpTo)
{
    public RoomId RoomId => Room.RoomId;

    /// <summary>Where the client's timeline ends; null when it has none that goes on, as in an initial sync or after a new join.</summary>
    public long? After { get; init; }

    /// <summary>All state is wanted, not only what changed.</summary>
    public bool FullState { get; init; }

    /// <summary>The user was joined from here on, all the way up to <see cref="UpTo"/>: what came after is theirs to see.</summary>
    public long JoinedSince { get; init; } = long.MaxValue;
}
