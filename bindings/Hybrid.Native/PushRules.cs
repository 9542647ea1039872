namespace Hybrid.Native;

/// <summary>What a member's push rules make of an event.</summary>
[Flags]
public enum PushVerdict : byte
{
    None = 0,

    /// <summary>The event generates a notification. The other flags occur only together with this one.</summary>
    Notify = 1,

    /// <summary>The <c>highlight</c> tweak is set.</summary>
    Highlight = 2,

    /// <summary>The <c>sound</c> tweak names a sound.</summary>
    Sound = 4,
}

/// <summary>A member of the event's room.</summary>
/// <param name="UserId">The member's ID.</param>
/// <param name="DisplayName">The name in the room; looked at only if <see cref="PushRuleSet.ReadsDisplayName"/>.</param>
/// <param name="Rules">The member's rules.</param>
public readonly record struct PushMember(string UserId, string? DisplayName, PushRuleSet Rules);

/// <summary>What push rules know of a room, as of the event.</summary>
/// <param name="JoinedMemberCount">How many members are joined.</param>
/// <param name="SenderPowerLevel">The power level of the event's sender; <see cref="long.MaxValue"/> for a creator in room version 12.</param>
/// <param name="PowerLevelsContent">The content of <c>m.room.power_levels</c> as JSON; empty if the room has none.</param>
public readonly record struct PushRoomContext(long JoinedMemberCount, long SenderPowerLevel, ReadOnlyMemory<byte> PowerLevelsContent);

/// <summary>Evaluates push rules for one member (client-server API, chapter "Push notifications"); <see cref="PushAudience"/> does for all.</summary>
public static unsafe class PushRules
{
    /// <summary>
    /// The actions of the rule that decides for a member, as a JSON array: what a push gateway and the list of notifications
    /// are told. Empty array if no rule matches.
    /// </summary>
    /// <exception cref="NativeException"><see cref="NativeStatus.PushEventMalformed"/>: the event is not a JSON object.</exception>
    /// <exception cref="ObjectDisposedException">The rule set is disposed.</exception>
    public static byte[] Actions(ReadOnlySpan<byte> eventJson, in PushRoomContext room, in PushMember member)
    {
        OwnedBuffer result;
        using var views = new PushMemberViews(new ReadOnlySpan<PushMember>(in member));
        fixed (byte* eventStart = eventJson, levels = room.PowerLevelsContent.Span)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_push_actions(
                new ByteView(eventStart, eventJson.Length), View(room, levels), views.Span[0], &result));
        }

        using var buffer = new NativeBuffer(result);
        return buffer.ToArray();
    }

    internal static PushRoomView View(in PushRoomContext room, byte* levels) => new()
    {
        joined_members = room.JoinedMemberCount,
        sender_power_level = room.SenderPowerLevel,
        power_levels = new ByteView(levels, room.PowerLevelsContent.Length),
    };
}
