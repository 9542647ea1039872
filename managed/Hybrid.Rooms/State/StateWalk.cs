using Hybrid.Native;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.State;

namespace Hybrid.Rooms.State;

/// <summary>
/// Follows every state map of a room to its nodes. Each map is compared with the one before it, so that what they share is looked at
/// once and the whole costs what the room has in nodes. Memory: some 40 bytes per node.
/// </summary>
public sealed class StateWalk(IStateStore store)
{
    // A walk meets most nodes again soon or never.
    const int CachedNodes = 8192;

    /// <summary>The nodes that the room's maps lead to, and the events that they name.</summary>
    /// <exception cref="StateDamageException">A node is missing, or is not what its hash says.</exception>
    public async ValueTask<StateReach> FollowAsync(RoomId roomId, long room, CancellationToken cancellationToken)
    {
        var source = new Source(store, room);
        var events = new HashSet<ulong>();
        using var nodes = new StateNodeCache(CachedNodes);
        var last = StateNodeHash.Empty;
        var maps = await store.ReadMapsAsync(roomId, cancellationToken);
        foreach (var map in maps)
        {
            try
            {
                foreach (var difference in await nodes.CompareAsync(last, map, source, cancellationToken))
                {
                    if (difference.After is { } number)
                        events.Add(number);
                }
            }
            catch (Exception exception) when (exception is InvalidDataException or NativeException)
            {
                throw new StateDamageException(roomId, map, exception);
            }

            last = map;
        }

        return new StateReach(maps.Count, source.Read, events);
    }

    /// <summary>Every node that a map needs is asked for here at least once.</summary>
    sealed class Source(IStateStore store, long room) : IStateNodeSource
    {
        public HashSet<StateNodeHash> Read { get; } = [];

        public async ValueTask<IReadOnlyList<StateNode>> ReadAsync(IReadOnlyList<StateNodeHash> hashes, CancellationToken cancellationToken)
        {
            Read.UnionWith(hashes);
            return await store.ReadNodesAsync(room, hashes, cancellationToken);
        }
    }
}

/// <summary>What the state maps of a room lead to.</summary>
/// <param name="Maps">How many different maps there are.</param>
/// <param name="Nodes">Their nodes.</param>
/// <param name="Events">The numbers of the events that they name.</param>
public sealed record StateReach(int Maps, IReadOnlySet<StateNodeHash> Nodes, IReadOnlySet<ulong> Events);

/// <summary>A state map cannot be followed to its end.</summary>
public sealed class StateDamageException(RoomId roomId, StateNodeHash map, Exception inner)
    : Exception($"The state map {map} of {roomId} is damaged: {inner.Message}", inner);
