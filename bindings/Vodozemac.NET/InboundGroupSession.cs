namespace Vodozemac;

/// <summary>How two Megolm sessions relate, seen from the first.</summary>
public enum SessionOrdering
{
    /// <summary>Both begin at the same message.</summary>
    Equal = 0,

    /// <summary>The first begins earlier.</summary>
    Better = 1,

    /// <summary>The first begins later.</summary>
    Worse = 2,

    /// <summary>They are not the same session.</summary>
    Unconnected = 3,
}

/// <summary>
/// A receiving side of a Megolm session. All members may be called from several threads: each object has a lock of its own.
/// </summary>
public sealed unsafe class InboundGroupSession : IDisposable
{
    readonly NativeHandle<OlmInboundGroupSessionHandle> _handle;

    /// <summary>Makes a session from the key that the sender shared, see <see cref="GroupSession.SessionKey"/>.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidSessionKey"/>.</exception>
    public InboundGroupSession(string sessionKey)
        : this(NativeCreation.FromText<OlmInboundGroupSessionHandle>(&NativeMethods.hybrid_olm_inbound_group_session_new, sessionKey))
    {
    }

    InboundGroupSession(OlmInboundGroupSessionHandle* native) =>
        _handle = new(native, &NativeMethods.hybrid_olm_inbound_group_session_free);

    /// <summary>The ID of the session.</summary>
    public string Id => _handle.Text(&NativeMethods.hybrid_olm_inbound_group_session_id);

    /// <summary>The index of the first message that the session can decrypt.</summary>
    public uint FirstKnownIndex => _handle.Number<uint>(&NativeMethods.hybrid_olm_inbound_group_session_first_known_index);

    /// <summary>Makes a session from a key that a receiver exported. Unlike a sender's key it does not prove who made it.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidSessionKey"/>.</exception>
    public static InboundGroupSession Import(string exportedKey) =>
        new(NativeCreation.FromText<OlmInboundGroupSessionHandle>(&NativeMethods.hybrid_olm_inbound_group_session_import, exportedKey));

    /// <summary>Decrypts a message, in any order and any number of times.</summary>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.MalformedMessage"/>, <see cref="VodozemacError.InvalidSignature"/>,
    /// <see cref="VodozemacError.DecryptionFailed"/>, <see cref="VodozemacError.UnknownMessageIndex"/>.
    /// </exception>
    public DecryptedMessage Decrypt(string ciphertext)
    {
        OwnedBuffer plaintext;
        uint index;
        using var text = new Utf8Text(ciphertext);
        using var hold = _handle.Use();
        fixed (byte* start = text.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_inbound_group_session_decrypt(
                hold.Pointer, new ByteView(start, text.Span.Length), &plaintext, &index));
        }

        using var buffer = new NativeBuffer(plaintext);
        return new DecryptedMessage(buffer.ToArray(), index);
    }

    /// <summary>The key, secret, that reads from the message with this index on.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.UnknownMessageIndex"/>: the session begins later.</exception>
    public string ExportAt(uint index)
    {
        OwnedBuffer key;
        using var hold = _handle.Use();
        VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_inbound_group_session_export_at(hold.Pointer, index, &key));
        using var buffer = new NativeBuffer(key);
        return buffer.ToString();
    }

    /// <summary>The key, secret, that reads from the first message on that the session can decrypt.</summary>
    public string ExportAtFirstKnownIndex() =>
        _handle.Text(&NativeMethods.hybrid_olm_inbound_group_session_export_at_first_known_index);

    /// <summary>Forgets the messages before this index for good.</summary>
    /// <returns>False if they are forgotten already.</returns>
    public bool AdvanceTo(uint index)
    {
        byte advanced;
        using var hold = _handle.Use();
        VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_inbound_group_session_advance_to(hold.Pointer, index, &advanced));
        return advanced != 0;
    }

    /// <summary>Which of two sessions reads more. A session cannot be compared with itself.</summary>
    public SessionOrdering CompareWith(InboundGroupSession other)
    {
        ArgumentNullException.ThrowIfNull(other);
        OlmSessionOrdering ordering;
        using var hold = _handle.Use();
        using var otherHold = other._handle.Use();
        VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_inbound_group_session_compare(
            hold.Pointer, otherHold.Pointer, &ordering));
        return (SessionOrdering)ordering;
    }

    /// <summary>
    /// Whether two sessions are the same one, perhaps from different messages on: not only by their IDs, but by the keys that
    /// they come to. A session cannot be compared with itself.
    /// </summary>
    public bool IsConnectedWith(InboundGroupSession other) => CompareWith(other) != SessionOrdering.Unconnected;

    /// <summary>
    /// Makes a session with the better of two in each respect: the earlier beginning, and the proof of who made it.
    /// </summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.UnconnectedSessions"/>.</exception>
    public InboundGroupSession Merge(InboundGroupSession other)
    {
        ArgumentNullException.ThrowIfNull(other);
        OlmInboundGroupSessionHandle* merged;
        using var hold = _handle.Use();
        using var otherHold = other._handle.Use();
        VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_inbound_group_session_merge(
            hold.Pointer, otherHold.Pointer, &merged));
        return new InboundGroupSession(merged);
    }

    /// <inheritdoc cref="Account.Pickle"/>
    public string Pickle(ReadOnlySpan<byte> key) => _handle.Text(&NativeMethods.hybrid_olm_inbound_group_session_pickle, key);

    /// <summary>Restores a session.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidPickle"/>: malformed, or another key.</exception>
    public static InboundGroupSession FromPickle(string pickle, ReadOnlySpan<byte> key) => new(
        NativeCreation.FromPickle<OlmInboundGroupSessionHandle>(&NativeMethods.hybrid_olm_inbound_group_session_from_pickle, pickle, key));

    /// <summary>Restores a session that libolm pickled, with a key of any length.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidPickle"/>: malformed, or another key.</exception>
    public static InboundGroupSession FromLibolmPickle(string pickle, ReadOnlySpan<byte> key) => new(
        NativeCreation.FromPickle<OlmInboundGroupSessionHandle>(
            &NativeMethods.hybrid_olm_inbound_group_session_from_libolm_pickle, pickle, key));

    public void Dispose() => _handle.Dispose();
}
