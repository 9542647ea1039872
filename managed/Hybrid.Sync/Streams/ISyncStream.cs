namespace Hybrid.Sync.Streams;

/// <summary>One kind of thing that a sync carries.</summary>
interface ISyncStream
{
    /// <summary>
    /// Writes what changed in the turn's half-open range, or all there is in an initial sync; nothing if nothing did. Sets
    /// <see cref="SyncBody.HasNews"/> when it wrote anything worth ending a wait for.
    /// </summary>
    ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken);
}
