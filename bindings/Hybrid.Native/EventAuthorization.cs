namespace Hybrid.Native;

/// <summary>Whether an event is allowed.</summary>
/// <param name="Allowed">It is.</param>
/// <param name="Reason">Why it is not, for a person to read; null if it is.</param>
public readonly record struct AuthVerdict(bool Allowed, string? Reason);

/// <summary>What a state event is found by.</summary>
public readonly record struct StateKey(string Type, string Key);

/// <summary>The authorization rules of every room version.</summary>
/// <remarks>
/// Whether the servers signed is not decided here: that needs their keys. See
/// <see href="https://spec.matrix.org/v1.16/server-server-api/#authorization-rules"/> and the room versions.
/// </remarks>
public static unsafe class EventAuthorization
{
    /// <summary>
    /// Checks an event against the events that authorize it: those that its <c>auth_events</c> name, or those of the room's
    /// state that <see cref="AuthTypes"/> selects. In rooms whose ID is a hash, the create event is passed along with them,
    /// though it is not one of either. That the passed events were themselves accepted is up to the caller.
    /// </summary>
    /// <exception cref="NativeException">
    /// The event cannot be read, or one of the others cannot (<see cref="NativeStatus.AuthEventMalformed"/>).
    /// </exception>
    public static AuthVerdict Check(
        string roomVersion,
        ReadOnlySpan<byte> eventJson,
        IReadOnlyList<ReadOnlyMemory<byte>> authEvents)
    {
        ArgumentNullException.ThrowIfNull(authEvents);
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        using var packed = new PackedBytes(authEvents, stackalloc int[PackedBytes.StackCount]);
        byte allowed;
        OwnedBuffer reason;
        fixed (byte* versionBytes = version, bytes = eventJson, packedBytes = packed.Bytes)
        fixed (int* lengths = packed.Lengths)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_auth_check(
                new ByteView(versionBytes, version.Span.Length),
                new ByteView(bytes, eventJson.Length),
                new ByteView(packedBytes, packed.Bytes.Length),
                lengths,
                (nuint)packed.Lengths.Length,
                &allowed,
                &reason));
        }

        using var buffer = new NativeBuffer(reason);
        return allowed != 0 ? new AuthVerdict(true, null) : new AuthVerdict(false, buffer.ToString());
    }

    /// <summary>
    /// The state events that an event names in <c>auth_events</c>, as far as the room has them. The event may be a template
    /// without hashes and signatures.
    /// </summary>
    /// <remarks><see href="https://spec.matrix.org/v1.16/server-server-api/#auth-events-selection"/></remarks>
    /// <exception cref="NativeException">The event cannot be read.</exception>
    public static IReadOnlyList<StateKey> AuthTypes(string roomVersion, ReadOnlySpan<byte> eventJson)
    {
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        OwnedBuffer types;
        fixed (byte* versionBytes = version, bytes = eventJson)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_auth_types(
                new ByteView(versionBytes, version.Span.Length), new ByteView(bytes, eventJson.Length), &types));
        }

        using var buffer = new NativeBuffer(types);
        var result = new List<StateKey>();
        var packed = new PackedReader(buffer.Span);
        while (!packed.IsAtEnd)
            result.Add(new StateKey(packed.ReadText(), packed.ReadText()));
        return result;
    }
}
