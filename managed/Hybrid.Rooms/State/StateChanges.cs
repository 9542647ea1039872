using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.State;

/// <summary>What current state took between two positions of the log.</summary>
public static class StateChanges
{
    /// <summary>Every value in (<paramref name="after"/>, <paramref name="upTo"/>], oldest first, from memory where that reaches back far enough.</summary>
    /// <param name="store">Where the room is.</param>
    /// <param name="room">The room.</param>
    /// <param name="after">The position before the first.</param>
    /// <param name="upTo">The position of the last.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async ValueTask<IReadOnlyList<StoredEvent>> ReadAsync(
        IRoomStore store, RoomSnapshot room, long after, long upTo, CancellationToken cancellationToken)
    {
        var changes = room.RecentAfter <= after
            ? room.RecentChanges.Where(change => change.Position > after && change.Position <= upTo)
            : await store.ReadStateChangesAsync(room.RoomId, after, upTo, cancellationToken);
        return [.. changes.Select(static change => change.Event)];
    }
}
