using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Timelines;

/// <summary>The events of a room that a sync shows, oldest first.</summary>
/// <param name="Events">The events.</param>
/// <param name="Limited">There are more between the client's last event and these.</param>
/// <param name="Start">Every event of the range after this position that the client may have is among <see cref="Events"/>.</param>
sealed record RoomTimeline(IReadOnlyList<StoredEvent> Events, bool Limited, long Start)
{
    readonly Lazy<HashSet<long>> _positions = new(() => [.. Events.Select(static stored => stored.Position)]);

    public bool Shows(StoredEvent stored) => _positions.Value.Contains(stored.Position);
}
