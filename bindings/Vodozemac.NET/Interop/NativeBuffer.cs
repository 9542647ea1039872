using System.Text;

namespace Vodozemac;

/// <summary>Bytes that the native side made. Disposing erases them, since they may be secret, and gives them back; do it once.</summary>
readonly unsafe ref struct NativeBuffer(OwnedBuffer buffer)
{
    readonly OwnedBuffer _buffer = buffer;

    public ReadOnlySpan<byte> Span => new(_buffer.ptr, checked((int)_buffer.len));

    public byte[] ToArray() => Span.ToArray();

    /// <summary>The bytes as UTF-8 text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);

    public void Dispose()
    {
        new Span<byte>(_buffer.ptr, checked((int)_buffer.len)).Clear();
        NativeMethods.hybrid_buffer_free(_buffer);
    }
}
