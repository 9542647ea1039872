namespace Hybrid.Native.State;

/// <summary>Where the nodes of state maps are stored.</summary>
public interface IStateNodeSource
{
    /// <summary>Reads nodes, in any order. The hashes differ from each other; those that are not stored are left out.</summary>
    ValueTask<IReadOnlyList<StateNode>> ReadAsync(IReadOnlyList<StateNodeHash> hashes, CancellationToken cancellationToken);
}
