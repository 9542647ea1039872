using System.Buffers;
using System.Text;

namespace Vodozemac;

/// <summary>A string argument as UTF-8. Disposing erases the copy, since keys are passed as text, too.</summary>
readonly ref struct Utf8Text
{
    readonly byte[] _rented;

    public Utf8Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        Span = _rented.AsSpan(0, Encoding.UTF8.GetBytes(text, _rented));
    }

    public ReadOnlySpan<byte> Span { get; }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_rented, clearArray: true);
}
