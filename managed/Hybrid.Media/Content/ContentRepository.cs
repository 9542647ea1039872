using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Hybrid.Media.Remote;
using Hybrid.Primitives;
using Hybrid.Storage.Media;

namespace Hybrid.Media.Content;

/// <summary>What a client uploads: the bytes, and what it says about them.</summary>
/// <param name="Body">The bytes.</param>
/// <param name="Length">How many it announced; null when it did not say.</param>
/// <param name="ContentType">The claimed type.</param>
/// <param name="FileName">The name to give back to downloaders.</param>
public sealed record MediaUpload(PipeReader Body, long? Length, string? ContentType, string? FileName);

/// <summary>The content repository (specification, "Content repository"): uploads, at once or later, and finding what was uploaded.</summary>
public sealed class ContentRepository(MediaOptions options, IMediaStore store, ContentFiles files, RemoteMediaCache remote, TimeProvider time)
{
    const string IdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const int IdLength = 24;

    // Of more the rest is not noted: a server that is asked for so much in an hour is asked for it again.
    const int MaxAccesses = 50_000;

    readonly PendingUploads _pending = new();
    ConcurrentDictionary<MediaId, long> _accesses = new();

    /// <summary>How many media IDs are waited for by downloads.</summary>
    public int AwaitedUploads => _pending.Count;

    long NowTs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Stores the content under a new ID; <c>M_TOO_LARGE</c>, or <c>M_FORBIDDEN</c> when the quota is used up.</summary>
    public async ValueTask<Result<MediaId>> UploadAsync(UserId owner, MediaUpload upload, CancellationToken cancellationToken)
    {
        var id = NewId();
        return await ReceiveAsync<MediaId>(
            owner, upload, options.MaxUploadBytes, options.UserQuotaBytes,
            async content => await store.TryAddAsync(id, owner, content, options.UserQuotaBytes, cancellationToken) ? id : OverQuota(),
            cancellationToken);
    }

    /// <summary>Stores content that the server fetched itself, for an owner who is no account and has no quota.</summary>
    public async ValueTask<Result<MediaId>> KeepAsync(UserId owner, MediaUpload upload, long maxBytes, CancellationToken cancellationToken)
    {
        var id = NewId();
        return await ReceiveAsync<MediaId>(
            owner, upload, maxBytes, null,
            async content => await store.TryAddAsync(id, owner, content, null, cancellationToken) ? id : OverQuota(),
            cancellationToken);
    }

    /// <summary>Makes an ID whose content follows by <see cref="UploadToAsync"/> before the time returned, in milliseconds since the Unix epoch.</summary>
    public async ValueTask<Result<(MediaId Id, long ExpiresTs)>> CreateAsync(UserId owner, CancellationToken cancellationToken)
    {
        var id = NewId();
        var now = NowTs;
        var expires = now + (long)options.UnusedLifetime.TotalMilliseconds;
        var full = await store.ReserveAsync(id, owner, now, expires, options.MaxPendingUploads, cancellationToken);
        return full is { } free ? MatrixError.LimitExceeded(TimeSpan.FromMilliseconds(Math.Max(1, free - now))) : (id, expires);
    }

    /// <summary>Stores the content under an ID that <see cref="CreateAsync"/> made, and wakes the downloads that wait for it.</summary>
    public async ValueTask<Result<Done>> UploadToAsync(
        UserId owner, ServerName server, MediaId id, MediaUpload upload, CancellationToken cancellationToken)
    {
        // Asked before a byte is read, and again by the store when the upload is whole.
        var record = server == options.ServerName ? await store.FindAsync(id, cancellationToken) : null;
        if (record is null || (record.Owner == owner && record.IsExpired(NowTs)))
            return Refusal(MediaFilling.Unknown);
        if (record.Owner != owner)
            return Refusal(MediaFilling.NotOwner);
        if (record.Content is not null)
            return Refusal(MediaFilling.AlreadyFilled);

        var filled = await ReceiveAsync<Done>(
            owner, upload, options.MaxUploadBytes, options.UserQuotaBytes,
            async content => await store.FillAsync(id, owner, content, options.UserQuotaBytes, cancellationToken) is var filling && filling == MediaFilling.Filled
                ? default(Done)
                : Refusal(filling),
            cancellationToken);
        if (filled.Error is null)
            _pending.Complete(id);
        return filled;
    }

    /// <summary>Deletes everything that the user uploaded. Files stay that others uploaded too.</summary>
    public async ValueTask DeleteAllAsync(UserId owner, CancellationToken cancellationToken)
    {
        foreach (var sha256 in await store.DeleteAllAsync(owner, cancellationToken))
            await files.DeleteUnusedAsync(sha256, () => store.IsUsedAsync(sha256, cancellationToken), cancellationToken);
    }

    /// <summary>Deletes one of the server's media, and the file unless others uploaded it too; false when there is none such.</summary>
    public async ValueTask<bool> DeleteAsync(MediaId id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } record)
            return false;

        await store.DeleteAsync(id, cancellationToken);
        if (record.Content is { Sha256: var sha256 })
            await files.DeleteUnusedAsync(sha256, () => store.IsUsedAsync(sha256, cancellationToken), cancellationToken);
        return true;
    }

    /// <summary>How long a request wants to wait for content that is still to be uploaded: its <c>timeout_ms</c>, or 20 seconds.</summary>
    public static TimeSpan WaitOf(long? milliseconds) => milliseconds switch
    {
        null => TimeSpan.FromSeconds(20),
        <= 0 => TimeSpan.Zero,
        { } some => TimeSpan.FromMilliseconds(Math.Min(some, int.MaxValue)),
    };

    /// <summary>
    /// Finds uploaded content. For an ID whose upload is still to come it waits up to <paramref name="wait"/>, then answers
    /// <c>M_NOT_YET_UPLOADED</c>. Media of another server are fetched from there, unless <paramref name="mayFetch"/> is false. What was withdrawn is
    /// <c>M_NOT_FOUND</c>, and so is what was uploaded after the freeze of the deprecated endpoints to those who come without a token
    /// (<paramref name="authenticated"/>).
    /// </summary>
    public async ValueTask<Result<MediaContent>> FindAsync(
        ServerName server, MediaId id, bool authenticated, TimeSpan wait, CancellationToken cancellationToken, bool mayFetch = true)
    {
        var all = authenticated || options.AllowUnauthenticatedDownloads;
        if (server != options.ServerName)
        {
            var other = await remote.FindAsync(new RemoteMediaKey(server, id), mayFetch && all, wait, cancellationToken);
            return all || other is { Error: null, Value.IsPublic: true } ? other : NoSuchMedia();
        }

        if (await store.FindAsync(id, cancellationToken) is not { } record || record.IsExpired(NowTs))
            return NoSuchMedia();
        if (!all && record.Content is not { IsPublic: true })
            return NoSuchMedia();

        var found = record.Content is { } content ? content : await AwaitAsync(id, wait, cancellationToken);
        if (found is { Error: null, Value.QuarantinedBy: not null })
            return NoSuchMedia();
        if (found.Error is null && _accesses.Count < MaxAccesses)
            _accesses[id] = NowTs;
        return found;
    }

    /// <summary>When media were asked for since the last call.</summary>
    public IReadOnlyDictionary<MediaId, long> TakeAccesses() => Interlocked.Exchange(ref _accesses, new ConcurrentDictionary<MediaId, long>());

    /// <summary>The refusal for media that does not exist, or not for this asker.</summary>
    public static MatrixError NoSuchMedia() => MatrixError.NotFound("There is no such media here.");

    async ValueTask<Result<MediaContent>> AwaitAsync(MediaId id, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var listener = _pending.Listen(id);
        var record = await store.FindAsync(id, cancellationToken);
        if (record is { Content: null })
        {
            try
            {
                var bounded = wait < options.MaxDownloadWait ? wait : options.MaxDownloadWait;
                await listener.Uploaded.WaitAsync(bounded, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                return MatrixError.Of(504, "M_NOT_YET_UPLOADED", "The content has not been uploaded yet.");
            }

            record = await store.FindAsync(id, cancellationToken);
        }

        return record?.Content is { } content ? content : NoSuchMedia();
    }

    async ValueTask<Result<T>> ReceiveAsync<T>(
        UserId owner, MediaUpload upload, long maxBytes, long? quotaBytes, Func<MediaContent, ValueTask<Result<T>>> record,
        CancellationToken cancellationToken)
    {
        if (upload.Length > maxBytes)
            return MatrixError.TooLarge($"The content is larger than {maxBytes} bytes.");
        if (quotaBytes is { } quota && await store.ReadUsageAsync(owner, cancellationToken) + (upload.Length ?? 0) > quota)
            return OverQuota();

        return await files.SaveContentAsync(
            upload.Body,
            maxBytes,
            async file =>
            {
                var name = string.IsNullOrEmpty(upload.FileName) ? null : upload.FileName;
                var recorded = await record(new MediaContent(
                    file.Sha256, file.Length, ContentTypes.Accept(upload.ContentType), name, NowTs, options.AllowUnauthenticatedDownloads));
                if (recorded.Error is not null && !await store.IsUsedAsync(file.Sha256, cancellationToken))
                    await files.DeleteAsync(file.Sha256, cancellationToken);
                return recorded;
            },
            cancellationToken);
    }

    static MatrixError Refusal(MediaFilling filling) => filling switch
    {
        MediaFilling.NotOwner => MatrixError.Forbidden("Someone else made this media ID."),
        MediaFilling.AlreadyFilled => MatrixError.Of(409, "M_CANNOT_OVERWRITE_MEDIA", "This media ID has content already."),
        MediaFilling.QuotaExceeded => OverQuota(),
        _ => MatrixError.NotFound("This media ID is not known, or has expired."),
    };

    static MatrixError OverQuota() => MatrixError.Forbidden("The upload would exceed what one user may store.");

    static MediaId NewId() => MediaId.Parse(RandomNumberGenerator.GetString(IdAlphabet, IdLength));
}
