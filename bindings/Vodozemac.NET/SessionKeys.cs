namespace Vodozemac;

/// <summary>The keys that an Olm session is made of, in unpadded base64, and the ID that follows from them.</summary>
/// <param name="IdentityKey">The Curve25519 identity key of the device that began the session.</param>
/// <param name="BaseKey">The key that this device made for the session.</param>
/// <param name="OneTimeKey">The one-time or fallback key of the other device.</param>
/// <param name="SessionId">The ID of the session.</param>
public sealed record SessionKeys(string IdentityKey, string BaseKey, string OneTimeKey, string SessionId)
{
    /// <summary>
    /// What a pre-key message says about its session, before anything of it is checked: enough to find the session that it
    /// belongs to.
    /// </summary>
    /// <exception cref="VodozemacException"><see cref="VodozemacError.MalformedMessage"/>, for a normal message, too.</exception>
    public static unsafe SessionKeys Of(OlmMessage message)
    {
        if (message.Type != OlmMessageType.PreKey)
            throw new VodozemacException(VodozemacError.MalformedMessage, "Only a pre-key message names the keys of its session.");

        OwnedBuffer result;
        using var body = new Utf8Text(message.Body);
        fixed (byte* start = body.Span)
        {
            VodozemacException.ThrowIfFailed(NativeMethods.hybrid_olm_pre_key_message_session_keys(
                new ByteView(start, body.Span.Length), &result));
        }

        using var buffer = new NativeBuffer(result);
        return Read(buffer.Span);
    }

    internal static SessionKeys Read(ReadOnlySpan<byte> json)
    {
        var keys = KeyJson.ReadMap(json);
        return new SessionKeys(keys["identity_key"], keys["base_key"], keys["one_time_key"], keys["session_id"]);
    }
}
