namespace Vodozemac;

/// <summary>
/// A verification by short authentication string, before the other side's key is known. All members may be called from
/// several threads: each object has a lock of its own.
/// </summary>
public sealed unsafe class Sas : IDisposable
{
    readonly NativeHandle<OlmSasHandle> _handle = new(
        NativeCreation.Create<OlmSasHandle>(&NativeMethods.hybrid_olm_sas_new), &NativeMethods.hybrid_olm_sas_free);

    /// <summary>The key for the other side.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.KeyAlreadyUsed"/>: the secret is agreed on.</exception>
    public string PublicKey => _handle.Text(&NativeMethods.hybrid_olm_sas_public_key);

    /// <summary>
    /// Agrees on a secret with the other side's key. The own key serves once: it is used up even if theirs is refused.
    /// </summary>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.InvalidKey"/>, <see cref="VodozemacError.NonContributoryKey"/>,
    /// <see cref="VodozemacError.KeyAlreadyUsed"/>.
    /// </exception>
    public EstablishedSas DiffieHellman(string theirPublicKey)
    {
        OlmEstablishedSasHandle* established;
        using var key = new Utf8Text(theirPublicKey);
        using var hold = _handle.Use();
        fixed (byte* start = key.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_sas_diffie_hellman(
                hold.Pointer, new ByteView(start, key.Span.Length), &established));
        }

        return new EstablishedSas(established);
    }

    public void Dispose() => _handle.Dispose();
}
