using Hybrid.Primitives;

namespace Hybrid.Storage.Media;

/// <summary>Media of another server.</summary>
public readonly record struct RemoteMediaKey(ServerName Server, MediaId Id);

/// <summary>Media of other servers that this one keeps; the bytes are files as those of local media. Times are milliseconds since the Unix epoch.</summary>
public interface IRemoteMediaStore
{
    /// <summary>What is kept under a URI; its <see cref="MediaContent.UploadedTs"/> is when it was fetched.</summary>
    ValueTask<MediaContent?> FindAsync(RemoteMediaKey key, CancellationToken cancellationToken);

    /// <summary>Keeps content, in place of what was kept under the URI before.</summary>
    ValueTask SetAsync(RemoteMediaKey key, MediaContent content, CancellationToken cancellationToken);

    /// <summary>Notes when media were asked for.</summary>
    ValueTask NoteAsync(IReadOnlyDictionary<RemoteMediaKey, long> accesses, CancellationToken cancellationToken);

    /// <summary>
    /// Takes out media that were neither fetched nor asked for since a time, at most <paramref name="limit"/>; the hash of each. What is withdrawn stays:
    /// else it would be fetched again.
    /// </summary>
    ValueTask<IReadOnlyList<string>> TakeUnusedAsync(long sinceTs, int limit, CancellationToken cancellationToken);
}
