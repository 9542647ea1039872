namespace Vodozemac;

/// <summary>
/// The sending side of a Megolm session. All members may be called from several threads: each object has a lock of its own.
/// </summary>
public sealed unsafe class GroupSession : IDisposable
{
    readonly NativeHandle<OlmGroupSessionHandle> _handle;

    /// <summary>Makes a session with a new ratchet and a new signing key.</summary>
    public GroupSession()
        : this(NativeCreation.Create<OlmGroupSessionHandle>(&NativeMethods.hybrid_olm_group_session_new))
    {
    }

    GroupSession(OlmGroupSessionHandle* native) => _handle = new(native, &NativeMethods.hybrid_olm_group_session_free);

    /// <summary>The ID of the session, the same for all receivers.</summary>
    public string Id => _handle.Text(&NativeMethods.hybrid_olm_group_session_id);

    /// <summary>The index of the next message.</summary>
    public uint MessageIndex => _handle.Number<uint>(&NativeMethods.hybrid_olm_group_session_message_index);

    /// <summary>The key, secret, that lets others read from the next message on.</summary>
    public string SessionKey => _handle.Text(&NativeMethods.hybrid_olm_group_session_session_key);

    /// <summary>Encrypts a message.</summary>
    /// <returns>The <c>ciphertext</c> of <c>m.megolm.v1.aes-sha2</c>: unpadded base64.</returns>
    public string Encrypt(ReadOnlySpan<byte> plaintext) => _handle.Text(&NativeMethods.hybrid_olm_group_session_encrypt, plaintext);

    /// <inheritdoc cref="Account.Pickle"/>
    public string Pickle(ReadOnlySpan<byte> key) => _handle.Text(&NativeMethods.hybrid_olm_group_session_pickle, key);

    /// <summary>Restores a session.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidPickle"/>: malformed, or another key.</exception>
    public static GroupSession FromPickle(string pickle, ReadOnlySpan<byte> key) =>
        new(NativeCreation.FromPickle<OlmGroupSessionHandle>(&NativeMethods.hybrid_olm_group_session_from_pickle, pickle, key));

    /// <summary>Restores a session that libolm pickled, with a key of any length.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidPickle"/>: malformed, or another key.</exception>
    public static GroupSession FromLibolmPickle(string pickle, ReadOnlySpan<byte> key) =>
        new(NativeCreation.FromPickle<OlmGroupSessionHandle>(&NativeMethods.hybrid_olm_group_session_from_libolm_pickle, pickle, key));

    public void Dispose() => _handle.Dispose();
}
