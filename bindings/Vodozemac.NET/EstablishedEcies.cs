namespace Vodozemac;

/// <summary>
/// One side of a secure channel. All members may be called from several threads, but messages must be decrypted in the order
/// in which the other side encrypted them.
/// </summary>
public sealed unsafe class EstablishedEcies : IDisposable
{
    readonly NativeHandle<OlmEstablishedEciesHandle> _handle;

    internal EstablishedEcies(OlmEstablishedEciesHandle* native) =>
        _handle = new(native, &NativeMethods.hybrid_olm_established_ecies_free);

    /// <summary>The own key, in unpadded base64.</summary>
    public string PublicKey => _handle.Text(&NativeMethods.hybrid_olm_established_ecies_public_key);

    /// <summary>
    /// The number, 0 to 99, to show with two digits on the device that opened the channel and to ask for on the other. Nothing
    /// secret may be sent before the two are the same.
    /// </summary>
    public int CheckCode => _handle.Number<byte>(&NativeMethods.hybrid_olm_established_ecies_check_code);

    /// <summary>The two bytes that <see cref="CheckCode"/> is made of.</summary>
    public byte[] CheckCodeBytes() => _handle.Bytes(&NativeMethods.hybrid_olm_established_ecies_check_code_bytes);

    /// <summary>Encrypts the next message.</summary>
    /// <returns>Unpadded base64.</returns>
    public string Encrypt(ReadOnlySpan<byte> plaintext) =>
        _handle.Text(&NativeMethods.hybrid_olm_established_ecies_encrypt, plaintext);

    /// <summary>
    /// Decrypts the next message. Messages are counted. One that cannot be decrypted counts, too: the channel is then of no
    /// more use.
    /// </summary>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.MalformedMessage"/>, which counts nothing; <see cref="VodozemacError.DecryptionFailed"/>.
    /// </exception>
    public byte[] Decrypt(string message)
    {
        using var text = new Utf8Text(message);
        return _handle.Bytes(&NativeMethods.hybrid_olm_established_ecies_decrypt, text.Span);
    }

    public void Dispose() => _handle.Dispose();
}
