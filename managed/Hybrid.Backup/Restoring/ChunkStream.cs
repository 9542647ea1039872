using System.Security.Cryptography;
using Hybrid.Backup.Repository;

namespace Hybrid.Backup.Restoring;

/// <summary>A file of a snapshot as a stream; each chunk is checked as it is read, the whole file at its end.</summary>
sealed class ChunkStream(ChunkStore store, ManifestFile file) : Stream
{
    readonly IncrementalHash _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    ReadOnlyMemory<byte> _rest;
    int _next;
    bool _checked;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (_rest.IsEmpty)
        {
            if (_next == file.Chunks.Count)
            {
                CheckWhole();
                return 0;
            }

            var chunk = Load(file.Chunks[_next++]);
            _whole.AppendData(chunk);
            _rest = chunk;
        }

        var length = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _whole.Dispose();
        base.Dispose(disposing);
    }

    byte[] Load(string chunk)
    {
        try
        {
            return store.Read(chunk);
        }
        catch (BackupException exception)
        {
            throw new BackupException($"{file.Path}: {exception.Message}");
        }
    }

    void CheckWhole()
    {
        if (!_checked && Convert.ToHexStringLower(_whole.GetHashAndReset()) != file.Sha256)
            throw new BackupException($"{file.Path}: its chunks are whole and do not make up the file");
        _checked = true;
    }
}
