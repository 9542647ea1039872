using Hybrid.Native.State;
using Hybrid.Primitives;

namespace Hybrid.Storage.State;

/// <summary>
/// The nodes of the rooms' state maps, and what stands for types, state keys and events in them. Nodes and names are added by the
/// append that needs them (<see cref="Rooms.RoomAppend.State"/>), in the same commit.
/// </summary>
public interface IStateStore
{
    /// <summary>Those of the nodes that are stored for the room with this number, in no particular order.</summary>
    ValueTask<IReadOnlyList<StateNode>> ReadNodesAsync(long room, IReadOnlyList<StateNodeHash> hashes, CancellationToken cancellationToken);

    /// <summary>Those of the types and state keys that have a number.</summary>
    ValueTask<IReadOnlyList<StateName>> FindNamesAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken);

    /// <summary>The highest numbers that are in use.</summary>
    ValueTask<StateNumbers> ReadNumbersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Gives the events of a room that was stored before there were state maps their places, all in one commit: each event's
    /// <see cref="Rooms.StoredEvent.StateBefore"/>, and what the maps need.
    /// </summary>
    ValueTask PlaceAsync(RoomId roomId, IReadOnlyCollection<StatePlace> places, StateAddition state, CancellationToken cancellationToken);

    /// <summary>Every state map that an event of the room or its current state names, once, in the order of the log.</summary>
    ValueTask<IReadOnlyList<StateNodeHash>> ReadMapsAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>The room's nodes in the order of their hashes, after one; null from the beginning.</summary>
    ValueTask<IReadOnlyList<NodeRecord>> ReadNodeListAsync(long room, StateNodeHash? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Sets nodes apart as of no use, since <paramref name="timestamp"/> in milliseconds since 1970, and takes others back. An append that
    /// needs a node takes it back too.
    /// </summary>
    ValueTask QuarantineAsync(
        long room, IReadOnlyCollection<StateNodeHash> apart, IReadOnlyCollection<StateNodeHash> back, long timestamp, CancellationToken cancellationToken);

    /// <summary>Deletes at most so many nodes that have been set apart since before a time; returns how many.</summary>
    ValueTask<int> DeleteQuarantinedAsync(long room, long before, int limit, CancellationToken cancellationToken);

    /// <summary>Rooms with nodes that were set apart before a time.</summary>
    ValueTask<IReadOnlyList<RoomId>> ReadRoomsInQuarantineAsync(long before, CancellationToken cancellationToken);
}

/// <summary>A stored node, and whether it is set apart.</summary>
public readonly record struct NodeRecord(StateNodeHash Hash, bool IsQuarantined);

/// <summary>A type or a state key, and its number in state maps.</summary>
public sealed record StateName(string Name, long Number);

/// <summary>The highest number of an event and of a name; 0 where there is none.</summary>
public readonly record struct StateNumbers(long Event, long Name);

/// <summary>The state before the event with a number.</summary>
public readonly record struct StatePlace(long Number, StateNodeHash Before);

/// <summary>A map of current state with what has to be stored for it. Some nodes and names may be stored already.</summary>
/// <param name="Root">The map.</param>
/// <param name="Nodes">Its new nodes, and those of the maps on the way to it.</param>
/// <param name="Names">Types and state keys that have just been given a number.</param>
public sealed record StateAddition(StateNodeHash Root, IReadOnlyList<StateNode> Nodes, IReadOnlyList<StateName> Names)
{
    /// <summary>The empty map, which needs nothing.</summary>
    public static StateAddition None { get; } = new(StateNodeHash.Empty, [], []);
}
