using System.Buffers;
using System.Text;

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

/// <summary>Evaluates push rules (client-server API, chapter "Push notifications").</summary>
public static unsafe class PushRules
{
    // A character of UTF-16, alone or as half of a pair, never becomes more.
    const int MostBytesPerChar = 3;

    /// <summary>
    /// Evaluates one event for many members in one native call. Members that share a <see cref="PushRuleSet"/> should stand
    /// next to each other. The sender of the event always gets <see cref="PushVerdict.None"/>.
    /// </summary>
    /// <param name="eventJson">The event in the federation's or the clients' format; room rules need its <c>room_id</c>.</param>
    /// <param name="room">The room at the event.</param>
    /// <param name="members">The members to evaluate for.</param>
    /// <param name="verdicts">Receives one verdict for each member; nothing is written if the call fails.</param>
    /// <exception cref="NativeException"><see cref="NativeStatus.PushEventMalformed"/>: the event is not a JSON object.</exception>
    /// <exception cref="ObjectDisposedException">A rule set is disposed.</exception>
    public static void Evaluate(
        ReadOnlySpan<byte> eventJson, in PushRoomContext room, ReadOnlySpan<PushMember> members, Span<PushVerdict> verdicts)
    {
        if (verdicts.Length < members.Length)
            throw new ArgumentException("There must be a verdict for each member.", nameof(verdicts));

        var text = ArrayPool<byte>.Shared.Rent(TextSize(members));
        var views = ArrayPool<PushMemberView>.Shared.Rent(members.Length);
        var held = 0;
        try
        {
            fixed (byte* eventStart = eventJson, levels = room.PowerLevelsContent.Span, textStart = text)
            fixed (PushMemberView* viewStart = views)
            fixed (PushVerdict* verdictStart = verdicts)
            {
                var free = textStart;
                for (; held < members.Length; held++)
                    views[held] = View(members, held, ref free, textStart + text.Length);
                NativeException.ThrowIfFailed(NativeMethods.hybrid_push_evaluate(
                    new ByteView(eventStart, eventJson.Length), View(room, levels), viewStart, (nuint)members.Length,
                    (byte*)verdictStart));
            }
        }
        finally
        {
            Release(members[..held]);
            ArrayPool<PushMemberView>.Shared.Return(views);
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    /// <summary>
    /// The actions of the rule that decides for a member, as a JSON array: what a push gateway and the list of notifications
    /// are told. Empty array if no rule matches.
    /// </summary>
    /// <exception cref="NativeException">As for <see cref="Evaluate"/>.</exception>
    /// <exception cref="ObjectDisposedException">The rule set is disposed.</exception>
    public static byte[] Actions(ReadOnlySpan<byte> eventJson, in PushRoomContext room, in PushMember member)
    {
        var members = new ReadOnlySpan<PushMember>(in member);
        var text = ArrayPool<byte>.Shared.Rent(TextSize(members));
        var held = 0;
        OwnedBuffer result;
        try
        {
            fixed (byte* eventStart = eventJson, levels = room.PowerLevelsContent.Span, textStart = text)
            {
                var free = textStart;
                var view = View(members, held, ref free, textStart + text.Length);
                held = 1;
                NativeException.ThrowIfFailed(NativeMethods.hybrid_push_actions(
                    new ByteView(eventStart, eventJson.Length), View(room, levels), view, &result));
            }
        }
        finally
        {
            Release(members[..held]);
            ArrayPool<byte>.Shared.Return(text);
        }

        using var buffer = new NativeBuffer(result);
        return buffer.ToArray();
    }

    static int TextSize(ReadOnlySpan<PushMember> members)
    {
        long size = 0;
        foreach (ref readonly var member in members)
        {
            ArgumentNullException.ThrowIfNull(member.UserId, nameof(members));
            ArgumentNullException.ThrowIfNull(member.Rules, nameof(members));
            size += MostBytesPerChar * (long)member.UserId.Length;
            if (member.Rules.ReadsDisplayName && member.DisplayName is { } name)
                size += MostBytesPerChar * (long)name.Length;
        }

        return checked((int)size);
    }

    static PushRoomView View(in PushRoomContext room, byte* levels) => new()
    {
        joined_members = room.JoinedMemberCount,
        sender_power_level = room.SenderPowerLevel,
        power_levels = new ByteView(levels, room.PowerLevelsContent.Length),
    };

    // Members with one rule set in a row share one hold on it; Release walks the same way.
    static PushMemberView View(ReadOnlySpan<PushMember> members, int index, ref byte* free, byte* end)
    {
        ref readonly var member = ref members[index];
        var view = new PushMemberView { user_id = Write(member.UserId, ref free, end), rules = member.Rules.Handle.Pointer };
        if (member.Rules.ReadsDisplayName && member.DisplayName is { } name)
            view.display_name = Write(name, ref free, end);
        if (StartsRow(members, index))
        {
            var held = false;
            member.Rules.Handle.DangerousAddRef(ref held);
        }

        return view;
    }

    static ByteView Write(string text, ref byte* free, byte* end)
    {
        int length;
        fixed (char* characters = text)
            length = Encoding.UTF8.GetBytes(characters, text.Length, free, (int)(end - free));
        var view = new ByteView(free, length);
        free += length;
        return view;
    }

    static void Release(ReadOnlySpan<PushMember> members)
    {
        for (var index = 0; index < members.Length; index++)
        {
            if (StartsRow(members, index))
                members[index].Rules.Handle.DangerousRelease();
        }
    }

    static bool StartsRow(ReadOnlySpan<PushMember> members, int index) =>
        index == 0 || !ReferenceEquals(members[index].Rules, members[index - 1].Rules);
}
