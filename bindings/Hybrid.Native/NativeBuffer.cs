using System.Text;

namespace Hybrid.Native;

/// <summary>Bytes that the native side made. Disposing gives them back; do it once.</summary>
readonly unsafe ref struct NativeBuffer(OwnedBuffer buffer)
{
    readonly OwnedBuffer _buffer = buffer;

    /// <summary>The bytes, valid until disposed.</summary>
    public ReadOnlySpan<byte> Span => new(_buffer.ptr, checked((int)_buffer.len));

    public byte[] ToArray() => Span.ToArray();

    /// <summary>The bytes as UTF-8 text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);

    public void Dispose() => NativeMethods.hybrid_buffer_free(_buffer);
}
