namespace Vodozemac;

/// <summary>What the device that opens a secure channel has: its side, and the message for the other one.</summary>
public sealed record OutboundChannel(EstablishedEcies Channel, string InitialMessage);

/// <summary>What the device that accepts a secure channel has: its side, and what the initial message says.</summary>
public sealed record InboundChannel(EstablishedEcies Channel, byte[] Plaintext);

/// <summary>
/// One side of a secure channel before it stands, as in login with a QR code (MSC4108): one device shows its key, the other
/// scans it and opens the channel. All members may be called from several threads.
/// </summary>
public sealed unsafe class Ecies : IDisposable
{
    readonly NativeHandle<OlmEciesHandle> _handle;

    /// <summary>Makes a new key, for login with a QR code.</summary>
    public Ecies()
        : this(NativeCreation.Create<OlmEciesHandle>(&NativeMethods.hybrid_olm_ecies_new))
    {
    }

    /// <summary>Makes a new key, for another purpose.</summary>
    /// <param name="info">Names the purpose; both sides must give the same. Login with a QR code has <c>MATRIX_QR_CODE_LOGIN</c>.</param>
    public Ecies(string info)
        : this(NativeCreation.FromText<OlmEciesHandle>(&NativeMethods.hybrid_olm_ecies_with_info, info))
    {
    }

    Ecies(OlmEciesHandle* native) => _handle = new(native, &NativeMethods.hybrid_olm_ecies_free);

    /// <summary>The key for the other side, in unpadded base64.</summary>
    public string PublicKey => _handle.Text(&NativeMethods.hybrid_olm_ecies_public_key);

    /// <summary>Opens a channel. The own key serves once: it is used up unless their key is malformed.</summary>
    /// <param name="theirPublicKey">A key that came by a way that can be trusted, such as a QR code.</param>
    /// <param name="initialPlaintext">The first message.</param>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.InvalidKey"/>, <see cref="VodozemacError.NonContributoryKey"/>,
    /// <see cref="VodozemacError.KeyAlreadyUsed"/>.
    /// </exception>
    public OutboundChannel EstablishOutboundChannel(string theirPublicKey, ReadOnlySpan<byte> initialPlaintext)
    {
        OlmEstablishedEciesHandle* channel;
        OwnedBuffer message;
        using var key = new Utf8Text(theirPublicKey);
        using var hold = _handle.Use();
        fixed (byte* keyStart = key.Span, start = initialPlaintext)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_ecies_establish_outbound_channel(
                hold.Pointer, new ByteView(keyStart, key.Span.Length), new ByteView(start, initialPlaintext.Length),
                &channel, &message));
        }

        var established = new EstablishedEcies(channel);
        using var buffer = new NativeBuffer(message);
        return new OutboundChannel(established, buffer.ToString());
    }

    /// <summary>
    /// Accepts a channel. Who opened it is unknown until the user has compared <see cref="EstablishedEcies.CheckCode"/>. The own
    /// key serves once: it is used up unless the message is malformed.
    /// </summary>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.MalformedMessage"/>, <see cref="VodozemacError.DecryptionFailed"/>,
    /// <see cref="VodozemacError.NonContributoryKey"/>, <see cref="VodozemacError.KeyAlreadyUsed"/>.
    /// </exception>
    public InboundChannel EstablishInboundChannel(string initialMessage)
    {
        OlmEstablishedEciesHandle* channel;
        OwnedBuffer plaintext;
        using var message = new Utf8Text(initialMessage);
        using var hold = _handle.Use();
        fixed (byte* start = message.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_ecies_establish_inbound_channel(
                hold.Pointer, new ByteView(start, message.Span.Length), &channel, &plaintext));
        }

        var established = new EstablishedEcies(channel);
        using var buffer = new NativeBuffer(plaintext);
        return new InboundChannel(established, buffer.ToArray());
    }

    public void Dispose() => _handle.Dispose();
}
