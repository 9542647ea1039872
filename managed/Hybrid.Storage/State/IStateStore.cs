using Hybrid.Native.State;

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
    ValueTask PlaceAsync(Primitives.RoomId roomId, IReadOnlyCollection<StatePlace> places, StateAddition state, CancellationToken cancellationToken);
}

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
