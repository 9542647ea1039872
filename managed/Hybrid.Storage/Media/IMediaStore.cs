using Hybrid.Primitives;

namespace Hybrid.Storage.Media;

/// <summary>What is known of local media; the bytes themselves are files. Times are milliseconds since the Unix epoch.</summary>
public interface IMediaStore
{
    ValueTask<MediaRecord?> FindAsync(MediaId id, CancellationToken cancellationToken);

    /// <summary>Adds an ID together with its content; false when that would take the owner over <paramref name="quotaBytes"/>.</summary>
    ValueTask<bool> TryAddAsync(MediaId id, UserId owner, MediaContent content, long? quotaBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Adds an ID whose content comes later, and drops those that expired. Null when it was added; when the owner has
    /// <paramref name="maxPending"/> unfilled ones already, the time at which the first of them expires.
    /// </summary>
    ValueTask<long?> ReserveAsync(MediaId id, UserId owner, long nowTs, long expiresTs, int maxPending, CancellationToken cancellationToken);

    /// <summary>Gives content to a reserved ID, once.</summary>
    ValueTask<MediaFilling> FillAsync(MediaId id, UserId owner, MediaContent content, long? quotaBytes, CancellationToken cancellationToken);

    /// <summary>The user's media that have content, the newest first, without the first <paramref name="skip"/>.</summary>
    ValueTask<IReadOnlyList<MediaRecord>> ListAsync(UserId owner, int skip, int limit, CancellationToken cancellationToken);

    /// <summary>How many of the user's media have content.</summary>
    ValueTask<long> CountAsync(UserId owner, CancellationToken cancellationToken);

    /// <summary>Withdraws content, named by its hash; what is withdrawn already stays so. How many were not.</summary>
    ValueTask<int> QuarantineAsync(IReadOnlyCollection<string> hashes, UserId administrator, long nowTs, CancellationToken cancellationToken);

    /// <summary>Lets content be served again; false when it was not withdrawn.</summary>
    ValueTask<bool> ReleaseAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>Deletes one ID and what is known of its content.</summary>
    ValueTask DeleteAsync(MediaId id, CancellationToken cancellationToken);

    /// <summary>Deletes everything that the user uploaded or meant to; the hashes of what there was, which others may have uploaded too.</summary>
    ValueTask<IReadOnlyList<string>> DeleteAllAsync(UserId owner, CancellationToken cancellationToken);

    /// <summary>Whether any media have this content, local ones or those that are kept of other servers.</summary>
    ValueTask<bool> IsUsedAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>The bytes that the user's media take, equal files counted as often as they were uploaded.</summary>
    ValueTask<long> ReadUsageAsync(UserId owner, CancellationToken cancellationToken);
}
