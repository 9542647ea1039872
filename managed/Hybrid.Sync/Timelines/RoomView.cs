using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Timelines;

/// <summary>State and timeline of one room, ready to be written.</summary>
/// <param name="Timeline">The newest events.</param>
/// <param name="State">The state around them, by what the client asked for.</param>
/// <param name="Summary">Null when nothing in it changed.</param>
sealed record RoomView(RoomTimeline Timeline, IReadOnlyList<StoredEvent> State, RoomSummary? Summary)
{
    public bool IsEmpty => Timeline.Events.Count == 0 && !Timeline.Limited && State.Count == 0 && Summary is null;
}
