using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Hybrid.Media.Content;
using Hybrid.Primitives;
using Hybrid.Storage.Media;

namespace Hybrid.Media.Remote;

/// <summary>
/// Media of other servers: fetched when a user first asks for them, once however many do, and kept for as long as someone asks. The files are those of
/// local media, so that what is withdrawn is so wherever it comes from.
/// </summary>
public sealed class RemoteMediaCache(
    MediaOptions options, IRemoteMediaStore store, IMediaStore local, ContentFiles files, TimeProvider time, IRemoteMediaSource? source = null)
{
    const int MaxNoted = 50_000;
    const int MaxFileName = 255;
    const int Step = 200;

    static readonly TimeSpan FetchTime = TimeSpan.FromMinutes(10);
    static readonly TimeSpan AbsenceLifetime = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<RemoteMediaKey, Task<Result<MediaContent>>> _underway = new();
    readonly ConcurrentDictionary<RemoteMediaKey, long> _absent = new();
    ConcurrentDictionary<RemoteMediaKey, long> _accesses = new();

    long NowTs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// The media, fetched if they are not kept and <paramref name="mayFetch"/>. <c>M_NOT_FOUND</c> also for what is withdrawn; errors as from
    /// <see cref="IRemoteMediaSource.OpenAsync"/>.
    /// </summary>
    public async ValueTask<Result<MediaContent>> FindAsync(RemoteMediaKey key, bool mayFetch, TimeSpan wait, CancellationToken cancellationToken)
    {
        // A file can be gone: it is in no backup.
        var found = await store.FindAsync(key, cancellationToken) is { } kept && (kept.QuarantinedBy is not null || files.LocalPath(kept.Sha256) is not { } path || File.Exists(path))
            ? kept
            : mayFetch ? await FetchOnceAsync(key, wait).WaitAsync(cancellationToken) : ContentRepository.NoSuchMedia();
        if (found is { Error: null, Value.QuarantinedBy: not null })
            return ContentRepository.NoSuchMedia();
        if (found.Error is null && _accesses.Count < MaxNoted)
            _accesses[key] = NowTs;
        return found;
    }

    /// <summary>What is kept of the media, withdrawn or not; nothing is fetched.</summary>
    public ValueTask<MediaContent?> FindKeptAsync(RemoteMediaKey key, CancellationToken cancellationToken) => store.FindAsync(key, cancellationToken);

    /// <summary>Deletes what nobody asked for since a time, in milliseconds since the Unix epoch; how many media.</summary>
    public async ValueTask<int> PurgeAsync(long sinceTs, CancellationToken cancellationToken)
    {
        await NoteAccessesAsync(cancellationToken);
        var purged = 0;
        while (await store.TakeUnusedAsync(sinceTs, Step, cancellationToken) is { Count: > 0 } taken)
        {
            purged += taken.Count;
            foreach (var sha256 in taken.Distinct())
                await files.DeleteUnusedAsync(sha256, () => local.IsUsedAsync(sha256, cancellationToken), cancellationToken);
        }

        return purged;
    }

    /// <summary>Deletes what nobody asked for within <see cref="MediaOptions.RemoteMediaLifetime"/>, after what was used is written down.</summary>
    public async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        if (options.RemoteMediaLifetime is { } lifetime)
            await PurgeAsync((time.GetUtcNow() - lifetime).ToUnixTimeMilliseconds(), cancellationToken);
        else
            await NoteAccessesAsync(cancellationToken);
    }

    async ValueTask NoteAccessesAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _accesses, new ConcurrentDictionary<RemoteMediaKey, long>()) is { IsEmpty: false } accesses)
            await store.NoteAsync(accesses, cancellationToken);
    }

    async Task<Result<MediaContent>> FetchOnceAsync(RemoteMediaKey key, TimeSpan wait)
    {
        if (_absent.TryGetValue(key, out var until))
        {
            if (until > time.GetTimestamp())
                return ContentRepository.NoSuchMedia();
            _absent.TryRemove(KeyValuePair.Create(key, until));
        }

        var completion = new TaskCompletionSource<Result<MediaContent>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var underway = _underway.GetOrAdd(key, completion.Task);
        if (underway != completion.Task)
            return await underway;

        try
        {
            var fetched = await FetchAsync(key, wait);
            if (fetched.Error is { Status: 404 })
                Remember(key);
            completion.SetResult(fetched);
            return fetched;
        }
        catch (Exception exception)
        {
            completion.SetException(exception);
            _ = completion.Task.Exception;
            throw;
        }
        finally
        {
            _underway.TryRemove(key, out _);
        }
    }

    void Remember(RemoteMediaKey key)
    {
        if (_absent.Count >= MaxNoted)
            _absent.Clear();
        _absent[key] = time.GetTimestamp() + (long)(AbsenceLifetime.TotalSeconds * time.TimestampFrequency);
    }

    // Not ended with the first who asked: others wait for the same.
    async Task<Result<MediaContent>> FetchAsync(RemoteMediaKey key, TimeSpan wait)
    {
        if (source is null)
            return ContentRepository.NoSuchMedia();

        using var timer = new CancellationTokenSource(FetchTime, time);
        try
        {
            var bounded = wait < options.MaxDownloadWait ? wait : options.MaxDownloadWait;
            var opened = await source.OpenAsync(key, bounded, options.MaxRemoteBytes, timer.Token);
            if (!opened.TryGet(out var remote, out var error))
                return error;

            await using (remote)
                return await KeepAsync(key, remote, timer.Token);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException || (exception is OperationCanceledException && timer.IsCancellationRequested))
        {
            return MatrixError.Of(502, "M_UNKNOWN", $"The server {key.Server} broke off while it sent the media.");
        }
    }

    async ValueTask<Result<MediaContent>> KeepAsync(RemoteMediaKey key, RemoteContent remote, CancellationToken cancellationToken)
    {
        var kept = await files.SaveContentAsync<MediaContent>(
            PipeReader.Create(remote.Body),
            options.MaxRemoteBytes,
            async file =>
            {
                var content = new MediaContent(
                    file.Sha256, file.Length, ContentTypes.Accept(remote.ContentType), NameOf(remote), NowTs, options.AllowUnauthenticatedDownloads);
                await store.SetAsync(key, content, cancellationToken);
                return await store.FindAsync(key, cancellationToken) is { } stored ? stored : ContentRepository.NoSuchMedia();
            },
            cancellationToken);
        return kept.Error is { Code: "M_TOO_LARGE" } ? TooLarge() : kept;
    }

    // Client-server API, "Content repository": what another server's media are too large for is no fault of the client.
    static MatrixError TooLarge() => MatrixError.Of(502, "M_TOO_LARGE", "The content is larger than this server fetches.");

    static string? NameOf(RemoteContent remote)
    {
        if (remote.FileName is not { } name)
            return null;

        var shown = string.Concat(name.EnumerateRunes().Where(static rune => !Rune.IsControl(rune))).Trim();
        return shown.Length is 0 or > MaxFileName ? null : shown;
    }
}
