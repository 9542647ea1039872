namespace Hybrid.Native.State;

/// <summary>
/// State maps: for each root, which event holds for each type and state key. They are trees of nodes that share what they have in
/// common; this keeps nodes in memory and gets the others from where they are stored. One cache serves any number of rooms. Safe
/// to use from several threads, even while it is disposed.
/// </summary>
/// <remarks>
/// Every operation throws <see cref="NativeException"/> for nodes that are none
/// (<see cref="NativeStatus.StateNodeMalformed"/>) or were not made together
/// (<see cref="NativeStatus.StateNodeInconsistent"/>), <see cref="InvalidDataException"/> if the source lacks a node, and
/// <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed class StateNodeCache : IDisposable
{
    readonly NativeStateMaps _maps;

    /// <param name="capacity">How many nodes to keep, of some 300 bytes each.</param>
    public StateNodeCache(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _maps = new NativeStateMaps(capacity);
    }

    /// <summary>The event with this key, if there is one.</summary>
    public async ValueTask<ulong?> FindAsync(
        StateNodeHash root, StateMapKey key, IStateNodeSource source, CancellationToken cancellationToken) =>
        (await FindAsync(root, [key], source, cancellationToken))[0];

    /// <summary>The events with these keys, in their order; null for those that are not there.</summary>
    public ValueTask<ulong?[]> FindAsync(
        StateNodeHash root, IReadOnlyList<StateMapKey> keys, IStateNodeSource source, CancellationToken cancellationToken) =>
        RunAsync(() => _maps.Find(root, keys), source, cancellationToken);

    /// <summary>
    /// Changes a map, all at once. The old one stays as it is. Of changes to the same key the last one counts; changes that change
    /// nothing make no nodes.
    /// </summary>
    public ValueTask<StateMapUpdate> UpdateAsync(
        StateNodeHash root, IReadOnlyList<StateMapChange> changes, IStateNodeSource source, CancellationToken cancellationToken) =>
        RunAsync(() => _maps.Update(root, changes), source, cancellationToken);

    /// <summary>What differs between two maps. Only nodes that differ are looked at.</summary>
    public ValueTask<StateMapDifference[]> CompareAsync(
        StateNodeHash before, StateNodeHash after, IStateNodeSource source, CancellationToken cancellationToken) =>
        RunAsync(() => _maps.Compare(before, after), source, cancellationToken);

    /// <summary>The entries of a map, in no useful order: those of one type, or all.</summary>
    public ValueTask<StateMapEntry[]> EntriesAsync(
        StateNodeHash root, uint? type, IStateNodeSource source, CancellationToken cancellationToken) =>
        RunAsync(() => _maps.Entries(root, type), source, cancellationToken);

    /// <summary>How many entries a map has; this looks at its root only.</summary>
    public ValueTask<long> CountAsync(StateNodeHash root, IStateNodeSource source, CancellationToken cancellationToken) =>
        RunAsync(() => _maps.Count(root), source, cancellationToken);

    public void Dispose() => _maps.Dispose();

    /// <summary>Asks, and as long as the answer is that nodes are missing, brings them and asks again.</summary>
    async ValueTask<T> RunAsync<T>(Func<StateMapAnswer<T>> ask, IStateNodeSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        while (true)
        {
            var answer = ask();
            if (answer.Missing.Count == 0)
                return answer.Value;
            var nodes = await source.ReadAsync(answer.Missing, cancellationToken);
            var absent = answer.Missing.Except(nodes.Select(node => node.Hash)).ToList();
            if (absent.Count > 0)
                throw new InvalidDataException($"State node {absent[0]} is not stored, nor are {absent.Count - 1} others.");
            _maps.Load(nodes);
        }
    }
}
