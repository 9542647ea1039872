namespace Vodozemac;

/// <summary>
/// One side of an Olm session, between two devices. Made by <see cref="Account"/>. All members may be called from several
/// threads: each object has a lock of its own.
/// </summary>
public sealed unsafe class Session : IDisposable
{
    readonly NativeHandle<OlmSessionHandle> _handle;

    internal Session(OlmSessionHandle* native) => _handle = new(native, &NativeMethods.hybrid_olm_session_free);

    /// <summary>The ID of the session, the same on both sides.</summary>
    public string Id => _handle.Text(&NativeMethods.hybrid_olm_session_id);

    /// <summary>The keys that the session was made of.</summary>
    public SessionKeys Keys
    {
        get
        {
            using var buffer = _handle.Buffer(&NativeMethods.hybrid_olm_session_keys);
            return SessionKeys.Read(buffer.Span);
        }
    }

    /// <summary>Whether the other side is known to have the session. Until then all messages are pre-key messages.</summary>
    public bool HasReceivedMessage => _handle.Number<byte>(&NativeMethods.hybrid_olm_session_has_received_message) != 0;

    /// <summary>Whether a pre-key message belongs to this session, so that no new one should be made from it.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.MalformedMessage"/>.</exception>
    public bool Matches(OlmMessage message)
    {
        if (message.Type != OlmMessageType.PreKey)
            return false;

        byte matches;
        using var body = new Utf8Text(message.Body);
        using var hold = _handle.Use();
        fixed (byte* start = body.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_session_matches(
                hold.Pointer, new ByteView(start, body.Span.Length), &matches));
        }

        return matches != 0;
    }

    /// <summary>Encrypts a message.</summary>
    public OlmMessage Encrypt(ReadOnlySpan<byte> plaintext)
    {
        uint type;
        OwnedBuffer ciphertext;
        using var hold = _handle.Use();
        fixed (byte* start = plaintext)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_session_encrypt(
                hold.Pointer, new ByteView(start, plaintext.Length), &type, &ciphertext));
        }

        using var buffer = new NativeBuffer(ciphertext);
        return new OlmMessage((OlmMessageType)type, buffer.ToString());
    }

    /// <summary>Decrypts a message. Each can be decrypted once. If the call fails the session is unchanged.</summary>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.MalformedMessage"/>, <see cref="VodozemacError.DecryptionFailed"/>,
    /// <see cref="VodozemacError.MissingMessageKey"/>, <see cref="VodozemacError.MessageGapTooBig"/>.
    /// </exception>
    public byte[] Decrypt(OlmMessage message)
    {
        OwnedBuffer plaintext;
        using var body = new Utf8Text(message.Body);
        using var hold = _handle.Use();
        fixed (byte* start = body.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_session_decrypt(
                hold.Pointer, (uint)message.Type, new ByteView(start, body.Span.Length), &plaintext));
        }

        using var buffer = new NativeBuffer(plaintext);
        return buffer.ToArray();
    }

    /// <inheritdoc cref="Account.Pickle"/>
    public string Pickle(ReadOnlySpan<byte> key) => _handle.Text(&NativeMethods.hybrid_olm_session_pickle, key);

    /// <summary>Restores a session.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidPickle"/>: malformed, or another key.</exception>
    public static Session FromPickle(string pickle, ReadOnlySpan<byte> key) =>
        new(NativeCreation.FromPickle<OlmSessionHandle>(&NativeMethods.hybrid_olm_session_from_pickle, pickle, key));

    /// <summary>Restores a session that libolm pickled, with a key of any length.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidPickle"/>: malformed, or another key.</exception>
    public static Session FromLibolmPickle(string pickle, ReadOnlySpan<byte> key) =>
        new(NativeCreation.FromPickle<OlmSessionHandle>(&NativeMethods.hybrid_olm_session_from_libolm_pickle, pickle, key));

    public void Dispose() => _handle.Dispose();
}
