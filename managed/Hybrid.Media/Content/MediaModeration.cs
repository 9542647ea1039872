using Hybrid.Media.Remote;
using Hybrid.Primitives;
using Hybrid.Storage.Media;

namespace Hybrid.Media.Content;

/// <summary>
/// What administrators do about media. What is withdrawn is so by its bytes: under every ID that it has, and when it is uploaded again.
/// The bytes stay, for whoever has to look at them, until they are deleted.
/// </summary>
public sealed class MediaModeration(MediaOptions options, IMediaStore store, ContentRepository repository, RemoteMediaCache remote, TimeProvider time)
{
    const int Page = 500;

    /// <summary>Withdraws the content of a media ID; <c>M_NOT_FOUND</c> when this server has none.</summary>
    public async ValueTask<Result<Done>> QuarantineAsync(ServerName server, MediaId id, UserId administrator, CancellationToken cancellationToken)
    {
        if (await FindAsync(server, id, cancellationToken) is not { } content)
            return ContentRepository.NoSuchMedia();

        await store.QuarantineAsync([content.Sha256], administrator, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
        return new Done();
    }

    /// <summary>Lets the content of a media ID be served again; <c>M_NOT_FOUND</c> when this server has none.</summary>
    public async ValueTask<Result<Done>> ReleaseAsync(ServerName server, MediaId id, CancellationToken cancellationToken)
    {
        if (await FindAsync(server, id, cancellationToken) is not { } content)
            return ContentRepository.NoSuchMedia();

        await store.ReleaseAsync(content.Sha256, cancellationToken);
        return new Done();
    }

    /// <summary>Withdraws everything that a user uploaded; how many files that were not withdrawn before.</summary>
    public async ValueTask<int> QuarantineAllAsync(UserId owner, UserId administrator, CancellationToken cancellationToken)
    {
        var withdrawn = 0;
        for (var skip = 0; await store.ListAsync(owner, skip, Page, cancellationToken) is { Count: > 0 } page; skip += page.Count)
        {
            string[] hashes = [.. page.Select(static record => record.Content!.Sha256).Distinct()];
            withdrawn += await store.QuarantineAsync(hashes, administrator, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
        }

        return withdrawn;
    }

    /// <summary>Withdraws the content of many media IDs of this server; how many files that were not withdrawn before. IDs that are not known count for nothing.</summary>
    public async ValueTask<int> QuarantineAsync(IEnumerable<MediaId> ids, UserId administrator, CancellationToken cancellationToken)
    {
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (await store.FindAsync(id, cancellationToken) is { Content: { } content })
                hashes.Add(content.Sha256);
        }

        var withdrawn = 0;
        foreach (var page in hashes.Chunk(Page))
            withdrawn += await store.QuarantineAsync(page, administrator, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
        return withdrawn;
    }

    /// <summary>Deletes the media of an ID; <c>M_NOT_FOUND</c> when this server has none.</summary>
    public async ValueTask<Result<Done>> DeleteAsync(ServerName server, MediaId id, CancellationToken cancellationToken) =>
        server == options.ServerName && await repository.DeleteAsync(id, cancellationToken) ? new Done() : ContentRepository.NoSuchMedia();

    /// <summary>A page of what a user uploaded, the newest first, and how many there are in all.</summary>
    public async ValueTask<(IReadOnlyList<MediaRecord> Media, long Total)> ListAsync(UserId owner, int skip, int limit, CancellationToken cancellationToken) =>
        (await store.ListAsync(owner, skip, limit, cancellationToken), await store.CountAsync(owner, cancellationToken));

    // Of other servers' media, what is kept: of others the bytes are not known.
    async ValueTask<MediaContent?> FindAsync(ServerName server, MediaId id, CancellationToken cancellationToken) => server == options.ServerName
        ? (await store.FindAsync(id, cancellationToken))?.Content
        : await remote.FindKeptAsync(new RemoteMediaKey(server, id), cancellationToken);
}
