namespace Hybrid.Native.State;

/// <summary>What an entry of a state map is found by: the numbers that the store gave to a type and a state key.</summary>
public readonly record struct StateMapKey(uint Type, ulong Key);

/// <summary>An entry of a state map: the number that the store gave to an event, by its key.</summary>
public readonly record struct StateMapEntry(StateMapKey Key, ulong Event);

/// <summary>What becomes of a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Event">Its event from now on; null removes the entry.</param>
public readonly record struct StateMapChange(StateMapKey Key, ulong? Event);

/// <summary>A key whose event is not the same in two maps; null where a map does not have the key.</summary>
public readonly record struct StateMapDifference(StateMapKey Key, ulong? Before, ulong? After);

/// <summary>A node of a state map, as it is stored.</summary>
public readonly record struct StateNode(StateNodeHash Hash, ReadOnlyMemory<byte> Bytes);

/// <summary>A state map after changes.</summary>
/// <param name="Root">Its root.</param>
/// <param name="Nodes">The nodes to store before anybody else learns of the root. Some of them may be stored already.</param>
public sealed record StateMapUpdate(StateNodeHash Root, IReadOnlyList<StateNode> Nodes);
