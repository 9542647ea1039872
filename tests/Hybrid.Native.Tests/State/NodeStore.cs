using System.Collections.Concurrent;
using Hybrid.Native.State;

namespace Hybrid.Native.Tests.State;

/// <summary>Stored nodes of state maps.</summary>
sealed class NodeStore : IStateNodeSource
{
    readonly ConcurrentDictionary<StateNodeHash, ReadOnlyMemory<byte>> _nodes = new();
    int _reads;

    /// <summary>How many nodes were read.</summary>
    public int Reads => _reads;

    public int Count => _nodes.Count;

    public ReadOnlyMemory<byte> this[StateNodeHash hash]
    {
        get => _nodes[hash];
        set => _nodes[hash] = value;
    }

    public StateNodeHash Keep(StateMapUpdate update)
    {
        foreach (var node in update.Nodes)
            _nodes[node.Hash] = node.Bytes;
        return update.Root;
    }

    public ValueTask<IReadOnlyList<StateNode>> ReadAsync(
        IReadOnlyList<StateNodeHash> hashes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Add(ref _reads, hashes.Count);
        IReadOnlyList<StateNode> found =
            [.. hashes.Where(_nodes.ContainsKey).Select(hash => new StateNode(hash, _nodes[hash]))];
        return ValueTask.FromResult(found);
    }
}
