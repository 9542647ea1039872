using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>What administrators want to know of all rooms. Reads much; not for requests of users.</summary>
public interface IRoomStatisticsStore
{
    /// <summary>Every room that is not deleted, in the order of their IDs.</summary>
    ValueTask<IReadOnlyList<RoomOverview>> ReadRoomsAsync(ServerName local, CancellationToken cancellationToken);

    /// <summary>The rooms that take the most space, largest first: bytes of their events and state maps.</summary>
    ValueTask<IReadOnlyList<RoomSize>> ReadLargestRoomsAsync(int limit, CancellationToken cancellationToken);

    /// <summary>What the rows of each table take, roughly, largest first. Reads everything.</summary>
    ValueTask<IReadOnlyList<TableSize>> ReadTableSizesAsync(CancellationToken cancellationToken);
}

/// <summary>A room in a list of all.</summary>
public sealed record RoomOverview(RoomRecord Room, long JoinedMembers, long JoinedLocalMembers, long StateEvents)
{
    /// <summary>The events of current state with an empty state key whose types say what the room is, by type.</summary>
    public IReadOnlyDictionary<string, StoredEvent> Description { get; init; } = new Dictionary<string, StoredEvent>();
}

/// <summary>What a room takes, in bytes.</summary>
public sealed record RoomSize(RoomId RoomId, long Bytes);

/// <summary>What a table takes, in bytes, and how many rows it has.</summary>
public sealed record TableSize(string Name, long Bytes, long Rows);
