namespace Vodozemac;

/// <summary>
/// A session in a key backup: the <c>session_data</c> of <c>m.megolm_backup.v1.curve25519-aes-sha2</c>, in unpadded base64.
/// </summary>
/// <param name="Ciphertext">The encrypted session.</param>
/// <param name="Mac">What the format calls a MAC. It depends on the keys alone, so that it proves nothing.</param>
/// <param name="Ephemeral">The public key that was made for this message.</param>
public readonly record struct MegolmBackupV1Message(string Ciphertext, string Mac, string Ephemeral);

/// <summary>
/// Encrypts for a key backup, by the format <c>m.megolm_backup.v1.curve25519-aes-sha2</c> of the Matrix specification, chapter
/// "Server-side key backups". vodozemac and libolm call this PkEncryption.
/// </summary>
/// <remarks>
/// vodozemac calls the format insecure, because nothing in it authenticates a message: libolm computed the MAC of no bytes
/// instead of the ciphertext, and the specification follows it. Whoever knows the public key, which the server does, can add
/// sessions of its own, and a changed ciphertext is not found out. Sessions from such a backup prove nothing about who made
/// them. What the format does give is secrecy.
/// </remarks>
public static unsafe class MegolmBackupV1
{
    /// <summary>Encrypts the JSON of a session for the owner of a backup.</summary>
    /// <param name="publicKey">The <c>public_key</c> of the backup's <c>auth_data</c>.</param>
    /// <param name="plaintext">The session data.</param>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.InvalidKey"/>, <see cref="VodozemacError.NonContributoryKey"/>.
    /// </exception>
    public static MegolmBackupV1Message Encrypt(string publicKey, ReadOnlySpan<byte> plaintext)
    {
        OwnedBuffer ciphertext, mac, ephemeral;
        using var key = new Utf8Text(publicKey);
        fixed (byte* keyStart = key.Span, start = plaintext)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_backup_encrypt(
                new ByteView(keyStart, key.Span.Length), new ByteView(start, plaintext.Length), &ciphertext, &mac, &ephemeral));
        }

        using var ciphertextBuffer = new NativeBuffer(ciphertext);
        using var macBuffer = new NativeBuffer(mac);
        using var ephemeralBuffer = new NativeBuffer(ephemeral);
        return new MegolmBackupV1Message(ciphertextBuffer.ToString(), macBuffer.ToString(), ephemeralBuffer.ToString());
    }
}
