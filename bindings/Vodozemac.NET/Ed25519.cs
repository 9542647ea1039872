namespace Vodozemac;

/// <summary>Checks the signatures of <see cref="Account.Sign"/>.</summary>
public static unsafe class Ed25519
{
    /// <summary>Whether a signature is one of this key over this message, strictly. False for text that is no signature, too.</summary>
    /// <param name="publicKey">The signer's key in unpadded base64.</param>
    /// <param name="message">The signed bytes.</param>
    /// <param name="signature">The signature in unpadded base64.</param>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidKey"/>.</exception>
    public static bool Verify(string publicKey, ReadOnlySpan<byte> message, string signature)
    {
        using var key = new Utf8Text(publicKey);
        using var signatureText = new Utf8Text(signature);
        fixed (byte* keyStart = key.Span, messageStart = message, signatureStart = signatureText.Span)
        {
            var status = NativeMethods.hybrid_olm_verify_signature(
                new ByteView(keyStart, key.Span.Length), new ByteView(messageStart, message.Length),
                new ByteView(signatureStart, signatureText.Span.Length));
            if (status == Status.OlmInvalidSignature)
                return false;
            VodozemacException.ThrowIfFailed(status);
            return true;
        }
    }
}
