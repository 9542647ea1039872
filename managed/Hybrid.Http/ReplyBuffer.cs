using System.Buffers;

namespace Hybrid.Http;

/// <summary>An answer while it is written: in pieces, so that a large one is neither moved as it grows nor has to be in one piece of memory.</summary>
sealed class ReplyBuffer : IBufferWriter<byte>
{
    const int FirstPiece = 1024;
    const int LargestPiece = 64 * 1024;

    readonly List<ReadOnlyMemory<byte>> _pieces = [];
    byte[] _current = new byte[FirstPiece];
    int _written;

    /// <summary>How many bytes were written.</summary>
    public long Length { get; private set; }

    public void Advance(int count)
    {
        _written += count;
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_current.Length - _written < needed)
        {
            Seal();
            _current = new byte[Math.Max(needed, Math.Min(_current.Length * 2, LargestPiece))];
        }

        return _current.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>What was written, in order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ToPieces()
    {
        Seal();
        _current = [];
        return _pieces;
    }

    void Seal()
    {
        if (_written > 0)
            _pieces.Add(_current.AsMemory(0, _written));
        _written = 0;
    }
}
