namespace Hybrid.Native;

/// <summary>Signatures that JSON objects carry.</summary>
/// <remarks><see href="https://spec.matrix.org/v1.16/appendices/#checking-for-a-signature"/></remarks>
public static unsafe class JsonSignature
{
    /// <summary>Whether the object carries a valid signature by <paramref name="entity"/> with this key.</summary>
    /// <returns>False as well if the signature or the key is missing or malformed.</returns>
    /// <exception cref="NativeException">The text is no JSON object.</exception>
    public static bool Verify(ReadOnlySpan<byte> json, string entity, string keyId, string publicKeyBase64)
    {
        using var entityText = new Utf8Text(entity, stackalloc byte[Utf8Text.StackSize]);
        using var keyIdText = new Utf8Text(keyId, stackalloc byte[Utf8Text.StackSize]);
        using var publicKeyText = new Utf8Text(publicKeyBase64, stackalloc byte[Utf8Text.StackSize]);
        byte valid;
        fixed (byte* bytes = json, entityBytes = entityText, keyIdBytes = keyIdText, publicKeyBytes = publicKeyText)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_signing_verify_json(
                new ByteView(bytes, json.Length),
                new ByteView(entityBytes, entityText.Span.Length),
                new ByteView(keyIdBytes, keyIdText.Span.Length),
                new ByteView(publicKeyBytes, publicKeyText.Span.Length),
                &valid));
        }

        return valid != 0;
    }
}
