using System.Security.Cryptography;
using Hybrid.Backup.Repository;

namespace Hybrid.Backup;

/// <summary>Cuts streams into chunks and stores those that are not there yet. A few are compressed and written at once, since each waits for the disk.</summary>
sealed class ChunkWriter(ChunkStore store) : IDisposable
{
    const int WritersAtOnce = 4;

    readonly SemaphoreSlim _free = new(WritersAtOnce);
    readonly HashSet<string> _known = new(StringComparer.Ordinal);
    readonly List<Task> _underway = [];
    long _written;
    int _added;

    /// <summary>Bytes written to the backup so far.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Chunks that were not there before.</summary>
    public int Added => Volatile.Read(ref _added);

    /// <summary>Reads the stream to its end. Its chunks are in the store after <see cref="CompleteAsync"/>.</summary>
    public async Task<ManifestFile> AddAsync(FileKind kind, string path, Stream content, int chunkLength, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunks = new List<string>();
        var length = 0L;
        while (true)
        {
            var buffer = new byte[chunkLength];
            var read = await content.ReadAtLeastAsync(buffer, chunkLength, throwOnEndOfStream: false, cancellationToken);
            if (read == 0)
                break;

            whole.AppendData(buffer, 0, read);
            length += read;
            var name = ChunkStore.NameOf(buffer.AsSpan(0, read));
            chunks.Add(name);
            if (_known.Add(name) && !store.Contains(name))
                await StartAsync(name, buffer.AsMemory(0, read), cancellationToken);
        }

        return new ManifestFile(kind, path, length, Convert.ToHexStringLower(whole.GetHashAndReset()), chunks);
    }

    /// <summary>Waits until everything is written; an error of a write comes out here.</summary>
    public Task CompleteAsync() => Task.WhenAll(_underway);

    public void Dispose() => _free.Dispose();

    async Task StartAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        // A failed write is not waited for until all are: it must be heard of before a whole database has been read.
        if (_underway.Find(static task => task.IsFaulted) is { } failed)
            await failed;
        _underway.RemoveAll(static task => task.IsCompletedSuccessfully);
        _underway.Add(Task.Run(
            () =>
            {
                try
                {
                    Interlocked.Add(ref _written, store.Add(name, content.Span));
                    Interlocked.Increment(ref _added);
                }
                finally
                {
                    _free.Release();
                }
            },
            CancellationToken.None));
    }
}
