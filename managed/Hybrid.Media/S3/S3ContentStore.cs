using Hybrid.Media.Content;
using Microsoft.Extensions.Logging;

namespace Hybrid.Media.S3;

/// <summary>
/// Content as objects: <c>content/ab/abcdef…</c> below the prefix, the names that the files of a local store have. Files that are on disk from before stay
/// there and are served. Before an object is made or deleted its name is noted on disk, and the note goes when that is settled: what a crash or an
/// object store that is away leaves undone, <see cref="UnsettledContent"/> does later.
/// </summary>
sealed class S3ContentStore : IContentStore, IDisposable
{
    // Copies on disk at a time, for those who draw from them.
    const int MostCopies = 4;
    static readonly TimeSpan CopyLimit = TimeSpan.FromMinutes(2);

    readonly S3Client _client;
    readonly LocalContentStore _local;
    readonly ContentNotes _notes;
    readonly SemaphoreSlim _copies = new(MostCopies);
    readonly string _temporary;
    readonly ILogger _logger;

    public S3ContentStore(S3Options options, MediaOptions media, ContentNotes notes, ILogger<S3ContentStore> logger)
    {
        _client = new S3Client(options);
        _local = new LocalContentStore(media);
        _notes = notes;
        _temporary = Path.Combine(Path.GetFullPath(media.Folder), ContentFiles.TemporaryFolder);
        _logger = logger;
    }

    public async ValueTask KeepAsync(StoredFile file, string path, CancellationToken cancellationToken)
    {
        _notes.Add(file.Sha256);
        await _client.PutAsync(LocalContentStore.RelativePath(file.Sha256), path, file.Length, cancellationToken);
    }

    public void Settle(string sha256) => _notes.Remove(sha256);

    public async ValueTask DeleteAsync(string sha256, CancellationToken cancellationToken)
    {
        _notes.Add(sha256);
        await _local.DeleteAsync(sha256, cancellationToken);
        try
        {
            await _client.DeleteAsync(LocalContentStore.RelativePath(sha256), cancellationToken);
            _notes.Remove(sha256);
        }
        catch (ContentUnavailableException exception)
        {
            _logger.LogWarning("An object is deleted later: {Reason}", exception.Message);
        }
    }

    public string? LocalPath(string sha256) => _local.LocalPath(sha256) is var path && File.Exists(path) ? path : null;

    public async ValueTask<LocalContent?> BorrowAsync(string sha256, CancellationToken cancellationToken)
    {
        if (LocalPath(sha256) is { } local)
            return new LocalContent(local);

        await _copies.WaitAsync(cancellationToken);
        var path = Path.Combine(_temporary, Path.GetRandomFileName());
        try
        {
            if (await CopyAsync(sha256, path, cancellationToken))
                return new LocalContent(path, () => Release(path));
        }
        catch
        {
            Release(path);
            throw;
        }

        Release(path);
        return null;
    }

    public async ValueTask<Stream?> OpenAsync(string sha256, long length, bool fromStart, CancellationToken cancellationToken)
    {
        var name = LocalContentStore.RelativePath(sha256);
        var stream = new S3ContentStream(_client, name, length);
        if (fromStart ? await stream.BeginAsync(cancellationToken) : await _client.ExistsAsync(name, cancellationToken))
            return stream;

        await stream.DisposeAsync();
        return null;
    }

    public void Dispose()
    {
        _client.Dispose();
        _copies.Dispose();
    }

    async ValueTask<bool> CopyAsync(string sha256, string path, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CopyLimit);
        try
        {
            using var response = await _client.GetAsync(LocalContentStore.RelativePath(sha256), 0, limit.Token);
            if (response is null)
                return false;

            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            await response.ResponseStream.CopyToAsync(file, limit.Token);
            return true;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ContentUnavailableException("The object store is too slow.", exception);
        }
        catch (Exception exception) when (S3Client.IsFailure(exception) && exception is not IOException)
        {
            throw new ContentUnavailableException($"The object store failed: {exception.Message}", exception);
        }
    }

    void Release(string path)
    {
        File.Delete(path);
        _copies.Release();
    }
}
