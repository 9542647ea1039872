using Amazon.S3.Model;
using Hybrid.Media.Content;

namespace Hybrid.Media.S3;

/// <summary>
/// An object as it comes in. Seeking ends the request, and reading begins another one there; so does a connection that breaks, a few times.
/// </summary>
sealed class S3ContentStream(S3Client client, string name, long length) : Stream
{
    const int MostBreaks = 3;

    GetObjectResponse? _response;
    long _position;
    int _breaks;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>Asks for the object from the start on; false when there is none.</summary>
    public async ValueTask<bool> BeginAsync(CancellationToken cancellationToken)
    {
        _response = await client.GetAsync(name, 0, cancellationToken);
        return _response is not null;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_position < length && buffer.Length > 0)
        {
            _response ??= await client.GetAsync(name, _position, cancellationToken)
                ?? throw new ContentUnavailableException("An object is gone from the object store while it is read.", null);
            try
            {
                var read = await _response.ResponseStream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - _position)], cancellationToken);
                if (read > 0)
                {
                    _position += read;
                    return read;
                }
            }
            catch (Exception exception) when (S3Client.IsFailure(exception) && _breaks < MostBreaks)
            {
                // What comes below goes on where it broke.
            }

            End();
            if (++_breaks > MostBreaks)
                throw new ContentUnavailableException("An object ends before its length.", null);
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin)
    {
        var position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => length + offset,
        };
        ArgumentOutOfRangeException.ThrowIfNegative(position, nameof(offset));
        if (position != _position)
            End();
        return _position = position;
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            End();
        base.Dispose(disposing);
    }

    void End()
    {
        _response?.Dispose();
        _response = null;
    }
}
