namespace Hybrid.Native;

/// <summary>The one encoding of JSON that hashes and signatures cover.</summary>
/// <remarks><see href="https://spec.matrix.org/v1.16/appendices/#canonical-json"/></remarks>
public static unsafe class CanonicalJson
{
    /// <summary>The canonical form of a JSON text: up to 32 MiB, nested up to 128 deep.</summary>
    /// <exception cref="NativeException">
    /// The text is not JSON, has a number that is no integer in range, or has the same key twice; the status says which.
    /// </exception>
    public static byte[] Canonicalize(ReadOnlySpan<byte> json)
    {
        OwnedBuffer canonical;
        fixed (byte* bytes = json)
            NativeException.ThrowIfFailed(NativeMethods.hybrid_json_canonicalize(new ByteView(bytes, json.Length), &canonical));

        using var buffer = new NativeBuffer(canonical);
        return buffer.ToArray();
    }
}
