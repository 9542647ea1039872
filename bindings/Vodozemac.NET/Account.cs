namespace Vodozemac;

/// <summary>
/// The keys of one device. Keys, signatures and pickles are unpadded base64. All members may be called from several threads:
/// each object has a lock of its own.
/// </summary>
public sealed unsafe class Account : IDisposable
{
    readonly NativeHandle<OlmAccountHandle> _handle;

    /// <summary>Makes an account with new identity keys and no one-time keys.</summary>
    public Account()
        : this(NativeCreation.Create<OlmAccountHandle>(&NativeMethods.hybrid_olm_account_new))
    {
    }

    Account(OlmAccountHandle* native) => _handle = new(native, &NativeMethods.hybrid_olm_account_free);

    /// <summary>Both public identity keys.</summary>
    public IdentityKeys IdentityKeys => new(Ed25519Key, Curve25519Key);

    /// <summary>The public key that checks the account's signatures.</summary>
    public string Ed25519Key => _handle.Text(&NativeMethods.hybrid_olm_account_ed25519_key);

    /// <summary>The public key that identifies the account in sessions.</summary>
    public string Curve25519Key => _handle.Text(&NativeMethods.hybrid_olm_account_curve25519_key);

    /// <summary>How many one-time keys a device should keep on its server.</summary>
    public int MaxOneTimeKeys => (int)_handle.Number<nuint>(&NativeMethods.hybrid_olm_account_max_one_time_keys);

    /// <summary>How many one-time keys the account holds, published or not.</summary>
    public int StoredOneTimeKeyCount => (int)_handle.Number<nuint>(&NativeMethods.hybrid_olm_account_stored_one_time_keys);

    /// <summary>The one-time keys that are not published yet, by key ID.</summary>
    public IReadOnlyDictionary<string, string> OneTimeKeys => Keys(&NativeMethods.hybrid_olm_account_one_time_keys);

    /// <summary>The fallback key with its ID, unless it is published.</summary>
    public KeyValuePair<string, string>? FallbackKey
    {
        get
        {
            foreach (var key in Keys(&NativeMethods.hybrid_olm_account_fallback_key))
                return key;
            return null;
        }
    }

    /// <summary>Signs a message with the Ed25519 key.</summary>
    public string Sign(ReadOnlySpan<byte> message) => _handle.Text(&NativeMethods.hybrid_olm_account_sign, message);

    /// <summary>Makes one-time keys, at most 5000.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidArgument"/>: too many.</exception>
    public GeneratedOneTimeKeys GenerateOneTimeKeys(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        OwnedBuffer result;
        using var hold = _handle.Use();
        VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_account_generate_one_time_keys(hold.Pointer, (nuint)count, &result));
        using var buffer = new NativeBuffer(result);
        return KeyJson.ReadGenerated(buffer.Span);
    }

    /// <summary>
    /// Makes a fallback key, for senders that find no one-time key. Messages for the fallback key before it can still be read.
    /// </summary>
    /// <returns>The public key that is forgotten for it: that before the previous one. Null if there was none.</returns>
    public string? GenerateFallbackKey() =>
        _handle.Text(&NativeMethods.hybrid_olm_account_generate_fallback_key) is { Length: > 0 } forgotten ? forgotten : null;

    /// <summary>Forgets the fallback key before the current one.</summary>
    /// <returns>Whether there was one.</returns>
    public bool ForgetFallbackKey() => _handle.Number<byte>(&NativeMethods.hybrid_olm_account_forget_fallback_key) != 0;

    /// <summary>Notes that all keys have been uploaded.</summary>
    public void MarkKeysAsPublished()
    {
        using var hold = _handle.Use();
        VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_account_mark_keys_as_published(hold.Pointer));
    }

    /// <summary>Begins a session with a device, from its identity key and one of its one-time keys.</summary>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.InvalidKey"/>, <see cref="VodozemacError.NonContributoryKey"/>.
    /// </exception>
    public Session CreateOutboundSession(string identityKey, string oneTimeKey)
    {
        OlmSessionHandle* session;
        using var identity = new Utf8Text(identityKey);
        using var oneTime = new Utf8Text(oneTimeKey);
        using var hold = _handle.Use();
        fixed (byte* identityStart = identity.Span, oneTimeStart = oneTime.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_account_create_outbound_session(
                hold.Pointer, new ByteView(identityStart, identity.Span.Length), new ByteView(oneTimeStart, oneTime.Span.Length),
                &session));
        }

        return new Session(session);
    }

    /// <summary>
    /// Begins a session from the first message of a device. The one-time key that it names is used up, unless it is the
    /// fallback key. If the call fails the account is unchanged.
    /// </summary>
    /// <param name="identityKey">The Curve25519 key of the sender, from a source that can be trusted.</param>
    /// <param name="message">A pre-key message.</param>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.MalformedMessage"/>, <see cref="VodozemacError.UnknownOneTimeKey"/>,
    /// <see cref="VodozemacError.MismatchedIdentityKey"/>, <see cref="VodozemacError.DecryptionFailed"/> and those of keys.
    /// </exception>
    public InboundSession CreateInboundSession(string identityKey, OlmMessage message)
    {
        if (message.Type != OlmMessageType.PreKey)
            throw new VodozemacException(VodozemacError.MalformedMessage, "A session can be created only from a pre-key message.");

        OlmSessionHandle* session;
        OwnedBuffer plaintext;
        using var identity = new Utf8Text(identityKey);
        using var body = new Utf8Text(message.Body);
        using var hold = _handle.Use();
        fixed (byte* identityStart = identity.Span, bodyStart = body.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_account_create_inbound_session(
                hold.Pointer, new ByteView(identityStart, identity.Span.Length), new ByteView(bodyStart, body.Span.Length),
                &session, &plaintext));
        }

        var created = new Session(session);
        using var buffer = new NativeBuffer(plaintext);
        return new InboundSession(created, buffer.ToArray());
    }

    /// <summary>The account, encrypted for storage.</summary>
    /// <param name="key">32 random bytes, best a key of its own for each object.</param>
    public string Pickle(ReadOnlySpan<byte> key) => _handle.Text(&NativeMethods.hybrid_olm_account_pickle, key);

    /// <summary>Restores an account.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidPickle"/>: malformed, or another key.</exception>
    public static Account FromPickle(string pickle, ReadOnlySpan<byte> key) =>
        new(NativeCreation.FromPickle<OlmAccountHandle>(&NativeMethods.hybrid_olm_account_from_pickle, pickle, key));

    /// <summary>
    /// The account in the format of libolm, which holds fewer one-time keys. Never use a key for two such pickles: the format
    /// derives its initialization vector from the key.
    /// </summary>
    public string ToLibolmPickle(ReadOnlySpan<byte> key) => _handle.Text(&NativeMethods.hybrid_olm_account_to_libolm_pickle, key);

    /// <summary>Restores an account that libolm pickled, with a key of any length.</summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.InvalidPickle"/>: malformed, or another key.</exception>
    public static Account FromLibolmPickle(string pickle, ReadOnlySpan<byte> key) =>
        new(NativeCreation.FromPickle<OlmAccountHandle>(&NativeMethods.hybrid_olm_account_from_libolm_pickle, pickle, key));

    /// <summary>
    /// The account as a dehydrated device. It must be a new account: its sessions, and which keys are published, are not kept.
    /// </summary>
    /// <param name="key">32 random bytes.</param>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.InvalidArgument"/>: not 32 bytes; <see cref="VodozemacError.InvalidPickle"/>: an account that
    /// libolm made has no such form.
    /// </exception>
    public DehydratedDevice ToDehydratedDevice(ReadOnlySpan<byte> key)
    {
        OwnedBuffer ciphertext, nonce;
        using var hold = _handle.Use();
        fixed (byte* start = key)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_account_to_dehydrated_device(
                hold.Pointer, new ByteView(start, key.Length), &ciphertext, &nonce));
        }

        using var ciphertextBuffer = new NativeBuffer(ciphertext);
        using var nonceBuffer = new NativeBuffer(nonce);
        return new DehydratedDevice(ciphertextBuffer.ToString(), nonceBuffer.ToString());
    }

    /// <summary>The account of a dehydrated device, to read what was sent to it.</summary>
    /// <exception cref="VodozemacException">
    /// <see cref="VodozemacError.InvalidPickle"/>: malformed, or another key; <see cref="VodozemacError.InvalidArgument"/>.
    /// </exception>
    public static Account FromDehydratedDevice(DehydratedDevice device, ReadOnlySpan<byte> key)
    {
        OlmAccountHandle* account;
        using var ciphertext = new Utf8Text(device.Ciphertext);
        using var nonce = new Utf8Text(device.Nonce);
        fixed (byte* ciphertextStart = ciphertext.Span, nonceStart = nonce.Span, keyStart = key)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_account_from_dehydrated_device(
                new ByteView(ciphertextStart, ciphertext.Span.Length), new ByteView(nonceStart, nonce.Span.Length),
                new ByteView(keyStart, key.Length), &account));
        }

        return new Account(account);
    }

    public void Dispose() => _handle.Dispose();

    Dictionary<string, string> Keys(delegate*<OlmAccountHandle*, OwnedBuffer*, Status> call)
    {
        using var buffer = _handle.Buffer(call);
        return KeyJson.ReadMap(buffer.Span);
    }
}
