namespace Vodozemac;

/// <summary>
/// The secret key of a key backup by <c>m.megolm_backup.v1.curve25519-aes-sha2</c>: what a recovery key stands for. vodozemac
/// and libolm call this PkDecryption; <see cref="MegolmBackupV1"/> says what the format does not protect from. All members may
/// be called from several threads.
/// </summary>
public sealed unsafe class MegolmBackupV1Key : IDisposable
{
    readonly NativeHandle<OlmBackupKeyHandle> _handle;

    /// <summary>Makes a new key.</summary>
    public MegolmBackupV1Key()
        : this(NativeCreation.Create<OlmBackupKeyHandle>(&NativeMethods.hybrid_olm_backup_key_new))
    {
    }

    /// <summary>Makes the key of the 32 bytes that <see cref="ToBytes"/> gives.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidKey"/>: not 32 bytes.</exception>
    public MegolmBackupV1Key(ReadOnlySpan<byte> bytes)
        : this(NativeCreation.FromBytes<OlmBackupKeyHandle>(&NativeMethods.hybrid_olm_backup_key_from_bytes, bytes))
    {
    }

    MegolmBackupV1Key(OlmBackupKeyHandle* native) => _handle = new(native, &NativeMethods.hybrid_olm_backup_key_free);

    /// <summary>The <c>public_key</c> of the backup's <c>auth_data</c>, in unpadded base64.</summary>
    public string PublicKey => _handle.Text(&NativeMethods.hybrid_olm_backup_key_public_key);

    /// <summary>The 32 bytes of the key, for a recovery key or for secret storage. Secret: erase them after use.</summary>
    public byte[] ToBytes() => _handle.Bytes(&NativeMethods.hybrid_olm_backup_key_bytes);

    /// <summary>Decrypts a message. Success does not prove who made it, nor that it is unchanged.</summary>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.MalformedMessage"/>, <see cref="VodozemacError.DecryptionFailed"/>,
    /// <see cref="VodozemacError.NonContributoryKey"/>.
    /// </exception>
    public byte[] Decrypt(MegolmBackupV1Message message)
    {
        OwnedBuffer plaintext;
        using var ciphertext = new Utf8Text(message.Ciphertext);
        using var mac = new Utf8Text(message.Mac);
        using var ephemeral = new Utf8Text(message.Ephemeral);
        using var hold = _handle.Use();
        fixed (byte* ciphertextStart = ciphertext.Span, macStart = mac.Span, ephemeralStart = ephemeral.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_backup_key_decrypt(
                hold.Pointer, new ByteView(ciphertextStart, ciphertext.Span.Length), new ByteView(macStart, mac.Span.Length),
                new ByteView(ephemeralStart, ephemeral.Span.Length), &plaintext));
        }

        using var buffer = new NativeBuffer(plaintext);
        return buffer.ToArray();
    }

    /// <summary>
    /// The key in the format of libolm. Never use a pickle key for two pickles: the format derives its initialization vector
    /// from it.
    /// </summary>
    public string ToLibolmPickle(ReadOnlySpan<byte> key) => _handle.Text(&NativeMethods.hybrid_olm_backup_key_to_libolm_pickle, key);

    /// <summary>Restores a key that libolm pickled, with a pickle key of any length.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidPickle"/>: malformed, or another key.</exception>
    public static MegolmBackupV1Key FromLibolmPickle(string pickle, ReadOnlySpan<byte> key) =>
        new(NativeCreation.FromPickle<OlmBackupKeyHandle>(&NativeMethods.hybrid_olm_backup_key_from_libolm_pickle, pickle, key));

    public void Dispose() => _handle.Dispose();
}
