namespace Hybrid.Native;

/// <summary>An event that is ready to be stored and sent.</summary>
/// <param name="Json">Its canonical form.</param>
/// <param name="EventId">Its ID.</param>
public readonly record struct SealedEvent(byte[] Json, string EventId);

/// <summary>Events as bytes: format, limits, hashes, IDs, redaction.</summary>
/// <remarks>
/// Every method throws a <see cref="NativeException"/> for a text that is no event of the room version:
/// <see cref="NativeStatus.EventRoomVersionUnknown"/>, <see cref="NativeStatus.EventMalformed"/>,
/// <see cref="NativeStatus.EventTooLarge"/>, or a status of the JSON block.
/// See <see href="https://spec.matrix.org/v1.16/server-server-api/#signing-events"/>.
/// </remarks>
public static unsafe class EventCodec
{
    /// <summary>Makes an event of a template: all of its fields except for hashes and signatures.</summary>
    /// <remarks>
    /// The create event of a room whose ID is a hash has no <c>room_id</c>; the room's ID is the event's with <c>!</c> for
    /// <c>$</c>. In room versions 1 and 2, the template has the <c>event_id</c>.
    /// </remarks>
    public static SealedEvent Seal(string roomVersion, ReadOnlySpan<byte> template, string serverName, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        using var server = new Utf8Text(serverName, stackalloc byte[Utf8Text.StackSize]);
        using var borrowed = key.Borrow();
        OwnedBuffer json, id;
        fixed (byte* versionBytes = version, bytes = template, serverBytes = server)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_events_seal(
                new ByteView(versionBytes, version.Span.Length),
                new ByteView(bytes, template.Length),
                new ByteView(serverBytes, server.Span.Length),
                borrowed.Pointer,
                &json,
                &id));
        }

        return Take(json, id);
    }

    /// <summary>
    /// Adds a signature to an event that another server made: an invitation, or a join that this server authorized.
    /// </summary>
    public static SealedEvent Sign(string roomVersion, ReadOnlySpan<byte> json, string serverName, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        using var server = new Utf8Text(serverName, stackalloc byte[Utf8Text.StackSize]);
        using var borrowed = key.Borrow();
        OwnedBuffer signed, id;
        fixed (byte* versionBytes = version, bytes = json, serverBytes = server)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_events_sign(
                new ByteView(versionBytes, version.Span.Length),
                new ByteView(bytes, json.Length),
                new ByteView(serverBytes, server.Span.Length),
                borrowed.Pointer,
                &signed,
                &id));
        }

        return Take(signed, id);
    }

    /// <summary>
    /// Checks format and limits of an event that came from elsewhere. Its hash and its signatures are not looked at.
    /// </summary>
    /// <returns>Its canonical form and its ID.</returns>
    public static SealedEvent Open(string roomVersion, ReadOnlySpan<byte> json)
    {
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        OwnedBuffer canonical, id;
        fixed (byte* versionBytes = version, bytes = json)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_events_open(
                new ByteView(versionBytes, version.Span.Length), new ByteView(bytes, json.Length), &canonical, &id));
        }

        return Take(canonical, id);
    }

    /// <summary>The ID of an event.</summary>
    public static string EventId(string roomVersion, ReadOnlySpan<byte> json)
    {
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        OwnedBuffer id;
        fixed (byte* versionBytes = version, bytes = json)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_events_id(
                new ByteView(versionBytes, version.Span.Length), new ByteView(bytes, json.Length), &id));
        }

        using var buffer = new NativeBuffer(id);
        return buffer.ToString();
    }

    /// <summary>
    /// What remains of an event after its redaction, hashes and signatures included, in canonical form. Signatures cover this
    /// form.
    /// </summary>
    public static byte[] Redact(string roomVersion, ReadOnlySpan<byte> json)
    {
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        OwnedBuffer redacted;
        fixed (byte* versionBytes = version, bytes = json)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_events_redact(
                new ByteView(versionBytes, version.Span.Length), new ByteView(bytes, json.Length), &redacted));
        }

        using var buffer = new NativeBuffer(redacted);
        return buffer.ToArray();
    }

    /// <summary>Whether an event carries its own content hash. If not, it was redacted, or changed on its way.</summary>
    public static bool ContentHashMatches(string roomVersion, ReadOnlySpan<byte> json)
    {
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        byte matches;
        fixed (byte* versionBytes = version, bytes = json)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_events_content_hash_matches(
                new ByteView(versionBytes, version.Span.Length), new ByteView(bytes, json.Length), &matches));
        }

        return matches != 0;
    }

    /// <summary>Whether an event carries a valid signature by <paramref name="serverName"/> with this key.</summary>
    /// <returns>False as well if the signature or the key is missing or malformed.</returns>
    public static bool VerifySignature(
        string roomVersion,
        ReadOnlySpan<byte> json,
        string serverName,
        string keyId,
        string publicKeyBase64)
    {
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        using var server = new Utf8Text(serverName, stackalloc byte[Utf8Text.StackSize]);
        using var keyIdText = new Utf8Text(keyId, stackalloc byte[Utf8Text.StackSize]);
        using var publicKey = new Utf8Text(publicKeyBase64, stackalloc byte[Utf8Text.StackSize]);
        byte valid;
        fixed (byte* versionBytes = version, bytes = json, serverBytes = server, keyIdBytes = keyIdText, keyBytes = publicKey)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_events_verify(
                new ByteView(versionBytes, version.Span.Length),
                new ByteView(bytes, json.Length),
                new ByteView(serverBytes, server.Span.Length),
                new ByteView(keyIdBytes, keyIdText.Span.Length),
                new ByteView(keyBytes, publicKey.Span.Length),
                &valid));
        }

        return valid != 0;
    }

    static SealedEvent Take(OwnedBuffer json, OwnedBuffer id)
    {
        using var jsonBuffer = new NativeBuffer(json);
        using var idBuffer = new NativeBuffer(id);
        return new SealedEvent(jsonBuffer.ToArray(), idBuffer.ToString());
    }
}
