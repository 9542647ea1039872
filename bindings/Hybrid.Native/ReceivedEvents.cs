using System.Text.Json;

namespace Hybrid.Native;

/// <summary>A server's key.</summary>
/// <param name="ServerName">Whose it is.</param>
/// <param name="KeyId">Its ID, such as <c>ed25519:1</c>.</param>
/// <param name="PublicKey">The key in base64.</param>
/// <param name="ValidUntil">The server's <c>valid_until_ts</c>, or the <c>expired_ts</c> of an old key, in milliseconds since the epoch.</param>
public readonly record struct ServerKey(string ServerName, string KeyId, string PublicKey, long ValidUntil);

/// <summary>What the checks made of an event from another server.</summary>
public enum ReceivedVerdict
{
    /// <summary>Format, signatures and content hash are right.</summary>
    Accepted = 0,

    /// <summary>The signatures are right, the content hash is not: what is left is the redacted event.</summary>
    Redacted = 1,

    /// <summary>No key is known that was valid and that a needed signature was made with.</summary>
    KeyMissing = 2,

    /// <summary>A needed signature is missing or wrong.</summary>
    SignatureInvalid = 3,

    /// <summary>The event has the wrong format, or exceeds the limits.</summary>
    Malformed = 4,
}

/// <summary>An event from another server after its checks.</summary>
/// <param name="Verdict">What they found.</param>
/// <param name="EventId">Its ID; empty if it is refused.</param>
/// <param name="Json">Its canonical form without <c>unsigned</c>, redacted if the verdict says so; empty if it is refused.</param>
/// <param name="Reason">Why it is refused, for a log; empty if it is not.</param>
public readonly record struct ReceivedEvent(ReceivedVerdict Verdict, string EventId, byte[] Json, string Reason)
{
    /// <summary>Whether there is an event to go on with.</summary>
    public bool IsUsable => Verdict is ReceivedVerdict.Accepted or ReceivedVerdict.Redacted;
}

/// <summary>
/// The checks of events from other servers that need no room: format, signatures of all servers that must have signed, content
/// hash. A whole transaction or <c>send_join</c> response goes in one call and is worked off on all cores.
/// </summary>
/// <remarks><see href="https://spec.matrix.org/v1.16/server-server-api/#checks-performed-on-receipt-of-a-pdu"/></remarks>
public static unsafe class ReceivedEvents
{
    /// <summary>Checks events, each by itself and strictly.</summary>
    /// <returns>One result for each event, in their order.</returns>
    /// <exception cref="NativeException"><see cref="NativeStatus.EventRoomVersionUnknown"/>.</exception>
    public static ReceivedEvent[] Check(string roomVersion, IReadOnlyList<ReadOnlyMemory<byte>> events, IEnumerable<ServerKey> keys)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(keys);
        var keyRing = WriteKeyRing(keys);
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        using var packed = new PackedBytes(events, stackalloc int[PackedBytes.StackCount]);
        OwnedBuffer result;
        fixed (byte* versionBytes = version, eventBytes = packed.Bytes, keyBytes = keyRing)
        fixed (int* lengths = packed.Lengths)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_events_check_received(
                new ByteView(versionBytes, version.Span.Length),
                new ByteView(eventBytes, packed.Bytes.Length),
                lengths,
                (nuint)packed.Lengths.Length,
                new ByteView(keyBytes, keyRing.Length),
                &result));
        }

        using var buffer = new NativeBuffer(result);
        var reader = new PackedReader(buffer.Span);
        var received = new ReceivedEvent[events.Count];
        for (var index = 0; index < received.Length; index++)
        {
            received[index] = new ReceivedEvent(
                (ReceivedVerdict)reader.ReadByte(), reader.ReadText(), reader.ReadBytes().ToArray(), reader.ReadText());
        }

        return received;
    }

    /// <summary>
    /// The keys that <see cref="Check"/> needs: for each server that must have signed one of the events, the IDs of the keys
    /// that it signed with. Events that cannot be read name none.
    /// </summary>
    /// <exception cref="NativeException"><see cref="NativeStatus.EventRoomVersionUnknown"/>.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> NamedKeys(string roomVersion, IReadOnlyList<ReadOnlyMemory<byte>> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        using var packed = new PackedBytes(events, stackalloc int[PackedBytes.StackCount]);
        OwnedBuffer result;
        fixed (byte* versionBytes = version, eventBytes = packed.Bytes)
        fixed (int* lengths = packed.Lengths)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_events_named_keys(
                new ByteView(versionBytes, version.Span.Length),
                new ByteView(eventBytes, packed.Bytes.Length),
                lengths,
                (nuint)packed.Lengths.Length,
                &result));
        }

        using var buffer = new NativeBuffer(result);
        using var document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.EnumerateObject().ToDictionary(
            static server => server.Name,
            static server => (IReadOnlyList<string>)[.. server.Value.EnumerateArray().Select(static keyId => keyId.GetString()!)]);
    }

    static ReadOnlySpan<byte> WriteKeyRing(IEnumerable<ServerKey> keys)
    {
        var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var server in keys.GroupBy(static key => key.ServerName))
            {
                writer.WriteStartObject(server.Key);
                foreach (var key in server.DistinctBy(static key => key.KeyId))
                {
                    writer.WriteStartObject(key.KeyId);
                    writer.WriteString("key", key.PublicKey);
                    writer.WriteNumber("valid_until_ts", key.ValidUntil);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        return bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
    }
}
