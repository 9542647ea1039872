using System.Buffers.Binary;

namespace Hybrid.Native.State;

/// <summary>The native calls of <see cref="StateNodeCache"/>.</summary>
sealed unsafe class NativeStateMaps : IDisposable
{
    const long AllTypes = -1;

    readonly NativeHandle<StateNodesHandle> _handle;

    public NativeStateMaps(int capacity)
    {
        StateNodesHandle* nodes;
        NativeException.ThrowIfFailed(NativeMethods.hybrid_state_nodes_create((nuint)capacity, &nodes));
        _handle = new NativeHandle<StateNodesHandle>(nodes, &NativeMethods.hybrid_state_nodes_free);
    }

    public void Dispose() => _handle.Dispose();

    public void Load(IReadOnlyList<StateNode> nodes)
    {
        var lengths = new int[nodes.Count];
        var hashes = new byte[nodes.Count * StateNodeHash.Length];
        var bytes = new byte[nodes.Sum(node => node.Bytes.Length)];
        var position = 0;
        for (var index = 0; index < nodes.Count; index++)
        {
            var node = nodes[index];
            node.Hash.CopyTo(hashes.AsSpan(index * StateNodeHash.Length));
            node.Bytes.Span.CopyTo(bytes.AsSpan(position));
            lengths[index] = node.Bytes.Length;
            position += node.Bytes.Length;
        }

        using var handle = _handle.Borrow();
        fixed (byte* hashStart = hashes, byteStart = bytes)
        fixed (int* lengthStart = lengths)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_state_nodes_load(
                handle.Pointer, new ByteView(hashStart, hashes.Length), new ByteView(byteStart, bytes.Length), lengthStart,
                (nuint)nodes.Count));
        }
    }

    public StateMapAnswer<ulong?[]> Find(StateNodeHash root, IReadOnlyList<StateMapKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var rows = new StateMapRow[keys.Count];
        for (var index = 0; index < rows.Length; index++)
            rows[index] = StateMapRow.Of(keys[index], null);
        OwnedBuffer missing;
        var rootBytes = stackalloc byte[StateNodeHash.Length];
        using var handle = _handle.Borrow();
        fixed (StateMapRow* rowStart = rows)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_state_map_find(
                handle.Pointer, View(root, rootBytes), rowStart, (nuint)rows.Length, &missing));
        }

        return new StateMapAnswer<ulong?[]>(ReadHashes(missing), () => Array.ConvertAll(rows, row => row.Event));
    }

    public StateMapAnswer<StateMapUpdate> Update(StateNodeHash root, IReadOnlyList<StateMapChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var rows = new StateMapRow[changes.Count];
        for (var index = 0; index < rows.Length; index++)
            rows[index] = StateMapRow.Of(changes[index].Key, changes[index].Event);
        OwnedBuffer update, missing;
        var rootBytes = stackalloc byte[StateNodeHash.Length];
        using var handle = _handle.Borrow();
        fixed (StateMapRow* rowStart = rows)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_state_map_update(
                handle.Pointer, View(root, rootBytes), rowStart, (nuint)rows.Length, &update, &missing));
        }

        using var buffer = new NativeBuffer(update);
        var packed = buffer.ToArray();
        return new StateMapAnswer<StateMapUpdate>(ReadHashes(missing), () => ReadUpdate(packed));
    }

    public StateMapAnswer<StateMapDifference[]> Compare(StateNodeHash before, StateNodeHash after)
    {
        OwnedBuffer result, missing;
        var beforeBytes = stackalloc byte[StateNodeHash.Length];
        var afterBytes = stackalloc byte[StateNodeHash.Length];
        using var handle = _handle.Borrow();
        NativeException.ThrowIfFailed(NativeMethods.hybrid_state_map_compare(
            handle.Pointer, View(before, beforeBytes), View(after, afterBytes), &result, &missing));
        var rows = StateMapRow.ReadAll(result);
        return new StateMapAnswer<StateMapDifference[]>(ReadHashes(missing), () =>
        {
            var differences = new StateMapDifference[rows.Length / 2];
            for (var index = 0; index < differences.Length; index++)
            {
                var (old, current) = (rows[2 * index], rows[(2 * index) + 1]);
                differences[index] = new StateMapDifference(old.Key, old.Event, current.Event);
            }

            return differences;
        });
    }

    public StateMapAnswer<StateMapEntry[]> Entries(StateNodeHash root, uint? type)
    {
        OwnedBuffer result, missing;
        var rootBytes = stackalloc byte[StateNodeHash.Length];
        using var handle = _handle.Borrow();
        NativeException.ThrowIfFailed(NativeMethods.hybrid_state_map_entries(
            handle.Pointer, View(root, rootBytes), type ?? AllTypes, &result, &missing));
        var rows = StateMapRow.ReadAll(result);
        return new StateMapAnswer<StateMapEntry[]>(
            ReadHashes(missing), () => Array.ConvertAll(rows, row => new StateMapEntry(row.Key, row.Event.GetValueOrDefault())));
    }

    public StateMapAnswer<long> Count(StateNodeHash root)
    {
        OwnedBuffer missing;
        ulong count = 0;
        var rootBytes = stackalloc byte[StateNodeHash.Length];
        using var handle = _handle.Borrow();
        NativeException.ThrowIfFailed(NativeMethods.hybrid_state_map_count(handle.Pointer, View(root, rootBytes), &count, &missing));
        var total = checked((long)count);
        return new StateMapAnswer<long>(ReadHashes(missing), () => total);
    }

    static StateMapUpdate ReadUpdate(byte[] packed)
    {
        var nodes = new List<StateNode>();
        for (var rest = packed.AsMemory(StateNodeHash.Length); !rest.IsEmpty;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span[StateNodeHash.Length..]);
            var start = StateNodeHash.Length + sizeof(int);
            nodes.Add(new StateNode(new StateNodeHash(rest.Span[..StateNodeHash.Length]), rest.Slice(start, length)));
            rest = rest[(start + length)..];
        }

        return new StateMapUpdate(new StateNodeHash(packed.AsSpan(0, StateNodeHash.Length)), nodes);
    }

    static List<StateNodeHash> ReadHashes(OwnedBuffer packed)
    {
        using var buffer = new NativeBuffer(packed);
        var hashes = new List<StateNodeHash>(buffer.Span.Length / StateNodeHash.Length);
        for (var rest = buffer.Span; !rest.IsEmpty; rest = rest[StateNodeHash.Length..])
            hashes.Add(new StateNodeHash(rest[..StateNodeHash.Length]));
        return hashes;
    }

    static ByteView View(StateNodeHash hash, byte* space)
    {
        hash.CopyTo(new Span<byte>(space, StateNodeHash.Length));
        return new ByteView(space, StateNodeHash.Length);
    }
}

/// <summary>What an operation found, or the nodes without which it cannot go on.</summary>
readonly struct StateMapAnswer<T>(IReadOnlyList<StateNodeHash> missing, Func<T> read)
{
    public IReadOnlyList<StateNodeHash> Missing { get; } = missing;

    public T Value => read();
}
