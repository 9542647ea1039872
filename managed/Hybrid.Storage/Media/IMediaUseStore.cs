namespace Hybrid.Storage.Media;

/// <summary>When media were used, and which are not any more. Times are milliseconds since the Unix epoch.</summary>
public interface IMediaUseStore
{
    /// <summary>Notes when media were asked for.</summary>
    ValueTask NoteAsync(IReadOnlyDictionary<MediaId, long> accesses, CancellationToken cancellationToken);

    /// <summary>
    /// Media that were neither uploaded nor asked for since a time, of more than <paramref name="longerThan"/> bytes, without those that are
    /// withdrawn: in the order of their IDs, from the first after <paramref name="after"/> on.
    /// </summary>
    ValueTask<IReadOnlyList<MediaId>> ReadUnusedAsync(long sinceTs, long longerThan, MediaId? after, int limit, CancellationToken cancellationToken);

    /// <summary>The URIs of media that are the picture of a user or a room.</summary>
    ValueTask<IReadOnlyList<string>> ReadPicturesAsync(CancellationToken cancellationToken);
}
