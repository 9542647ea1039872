using System.IO.Pipelines;
using System.Security.Cryptography;
using Hybrid.Primitives;
using Hybrid.Primitives.Concurrency;
using Hybrid.Storage.Space;

namespace Hybrid.Media.Content;

/// <summary>A file in the repository.</summary>
public readonly record struct StoredFile(string Sha256, long Length);

/// <summary>
/// The files of the media. Content is named by its SHA-256, so equal uploads are one file; where it is kept is the store's concern:
/// <code>
/// content/ab/abcdef…                    what was uploaded, on disk or as an object
/// thumbnails/ab/abcdef…-320x240-scale.jpg  made from it, and can be made again
/// temporary/…                           being written; emptied at start
/// </code>
/// A file gets its name only once its bytes are on disk, so that a name always stands for whole content.
/// </summary>
public sealed class ContentFiles
{
    internal const string TemporaryFolder = "temporary";

    readonly IContentStore _store;
    readonly StorageSpace _space;
    // A file is placed and then recorded, and deleted when no record names it any more: a deletion between the two would take the file of an upload that has
    // just come in.
    readonly KeyedSlots<string> _locks = new(1);
    readonly string _thumbnails;
    readonly string _temporary;

    public ContentFiles(MediaOptions options, IContentStore store, StorageSpace space)
    {
        _store = store;
        _space = space;
        var root = Path.GetFullPath(options.Folder);
        _thumbnails = Path.Combine(root, "thumbnails");
        _temporary = Path.Combine(root, TemporaryFolder);
        if (Directory.Exists(_temporary))
            Directory.Delete(_temporary, true);
        Directory.CreateDirectory(_thumbnails);
        Directory.CreateDirectory(_temporary);
    }

    /// <summary>Where the content with this hash is on this machine; null when it is elsewhere.</summary>
    public string? LocalPath(string sha256) => _store.LocalPath(sha256);

    /// <summary>Content as a file of this machine, until it is disposed; null when there is none.</summary>
    /// <exception cref="ContentUnavailableException">It cannot be reached.</exception>
    public ValueTask<LocalContent?> BorrowAsync(string sha256, CancellationToken cancellationToken) => _store.BorrowAsync(sha256, cancellationToken);

    /// <summary>Content to read, with seeking; null when there is none.</summary>
    /// <exception cref="ContentUnavailableException">It cannot be reached.</exception>
    public ValueTask<Stream?> OpenAsync(string sha256, long length, bool fromStart, CancellationToken cancellationToken) =>
        _store.OpenAsync(sha256, length, fromStart, cancellationToken);

    /// <summary>Where a thumbnail is, whether it exists or not. <paramref name="variant"/> holds its size, method and extension.</summary>
    public string ThumbnailPath(string sha256, string variant) => Path.Combine(_thumbnails, sha256[..2], $"{sha256}-{variant}");

    /// <summary>
    /// Streams <paramref name="body"/> to disk and has <paramref name="record"/> note it while no one can delete it; <c>M_TOO_LARGE</c>
    /// once it is longer than <paramref name="maxBytes"/>.
    /// </summary>
    /// <exception cref="StorageFullException">There is no room for it.</exception>
    public async ValueTask<Result<T>> SaveContentAsync<T>(
        PipeReader body, long maxBytes, Func<StoredFile, ValueTask<Result<T>>> record, CancellationToken cancellationToken)
    {
        _space.ThrowIfFull();
        var temporary = NewTemporaryPath();
        try
        {
            if (!(await ReceiveAsync(body, temporary, maxBytes, cancellationToken)).TryGet(out var file, out var error))
                return error;

            using (await _locks.TryEnterAsync(file.Sha256, cancellationToken))
            {
                await _store.KeepAsync(file, temporary, cancellationToken);
                var recorded = await record(file);
                if (recorded.Error is null)
                    _store.Settle(file.Sha256);
                return recorded;
            }
        }
        catch (IOException exception) when (StorageSpace.IsNoRoom(exception))
        {
            throw _space.Refuse("an uploaded file found no room", exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Deletes a file and its thumbnails unless <paramref name="isUsed"/>; asked while no upload can begin to use it.</summary>
    public async ValueTask DeleteUnusedAsync(string sha256, Func<ValueTask<bool>> isUsed, CancellationToken cancellationToken)
    {
        using (await _locks.TryEnterAsync(sha256, cancellationToken))
        {
            if (await isUsed())
                _store.Settle(sha256);
            else
                await DeleteAsync(sha256, cancellationToken);
        }
    }

    /// <summary>Deletes a file and its thumbnails. Only for one that <see cref="SaveContentAsync"/> holds.</summary>
    public async ValueTask DeleteAsync(string sha256, CancellationToken cancellationToken)
    {
        await _store.DeleteAsync(sha256, cancellationToken);
        var folder = Path.Combine(_thumbnails, sha256[..2]);
        if (!Directory.Exists(folder))
            return;

        foreach (var thumbnail in Directory.GetFiles(folder, $"{sha256}-*"))
            File.Delete(thumbnail);
    }

    /// <summary>Writes a thumbnail; a reader sees all of it or nothing.</summary>
    /// <exception cref="StorageFullException">There is no room for it.</exception>
    public void SaveThumbnail(string path, Action<Stream> write)
    {
        _space.ThrowIfFull();
        var temporary = NewTemporaryPath();
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(true);
            }

            LocalContentStore.Place(temporary, path);
        }
        catch (IOException exception) when (StorageSpace.IsNoRoom(exception))
        {
            throw _space.Refuse("a thumbnail found no room", exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    static async ValueTask<Result<StoredFile>> ReceiveAsync(PipeReader body, string path, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
        var length = 0L;
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            length += read.Buffer.Length;
            if (length > maxBytes)
            {
                body.AdvanceTo(read.Buffer.End);
                return MatrixError.TooLarge($"The content is larger than {maxBytes} bytes.");
            }

            foreach (var segment in read.Buffer)
            {
                hash.AppendData(segment.Span);
                await stream.WriteAsync(segment, cancellationToken);
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }

        RandomAccess.FlushToDisk(stream.SafeFileHandle);
        return new StoredFile(Convert.ToHexStringLower(hash.GetHashAndReset()), length);
    }

    string NewTemporaryPath() => Path.Combine(_temporary, Path.GetRandomFileName());
}
