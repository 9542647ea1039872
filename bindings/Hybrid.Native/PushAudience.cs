using System.Buffers.Binary;

namespace Hybrid.Native;

/// <summary>A member whose verdict is not everyone's.</summary>
/// <param name="Member">The number that <see cref="PushAudience.Set(ReadOnlySpan{PushMember}, Span{uint})"/> gave.</param>
/// <param name="Verdict">What their rules make of the event.</param>
public readonly record struct PushException(uint Member, PushVerdict Verdict);

/// <summary>What the members of a room make of an event.</summary>
/// <param name="Everyone">The verdict for all members that are not listed.</param>
/// <param name="Exceptions">The other members, in ascending order of their numbers.</param>
public readonly record struct PushOutcome(PushVerdict Everyone, IReadOnlyList<PushException> Exceptions);

/// <summary>
/// The members of one room with their push rules, kept natively from event to event, so that an event costs work only for those
/// whom it concerns in another way than everyone. Members are known by numbers, which they keep until they are removed and
/// which go to others then. Safe to use from several threads, which wait for each other.
/// </summary>
public sealed unsafe class PushAudience : IDisposable
{
    const int PackedException = sizeof(uint) + 1;

    readonly NativeHandle<PushAudienceHandle> _handle;

    /// <param name="roomId">The room that all evaluated events are of.</param>
    public PushAudience(string roomId)
    {
        PushAudienceHandle* handle;
        using var text = new Utf8Text(roomId, stackalloc byte[Utf8Text.StackSize]);
        fixed (byte* start = text)
            NativeException.ThrowIfFailed(NativeMethods.hybrid_push_audience_create(new ByteView(start, text.Span.Length), &handle));
        _handle = new NativeHandle<PushAudienceHandle>(handle, &NativeMethods.hybrid_push_audience_free);
    }

    /// <summary>Adds members, or gives them other names or rules. Rule sets may be disposed afterwards.</summary>
    /// <param name="members">The members.</param>
    /// <param name="numbers">Receives the number of each.</param>
    /// <exception cref="ObjectDisposedException">This, or a rule set, is disposed; nobody is added then.</exception>
    public void Set(ReadOnlySpan<PushMember> members, Span<uint> numbers)
    {
        if (numbers.Length < members.Length)
            throw new ArgumentException("There must be a number for each member.", nameof(numbers));

        using var views = new PushMemberViews(members);
        using var borrowed = _handle.Borrow();
        fixed (PushMemberView* start = views.Span)
        fixed (uint* numberStart = numbers)
            NativeException.ThrowIfFailed(NativeMethods.hybrid_push_audience_set(borrowed.Pointer, start, (nuint)members.Length, numberStart));
    }

    /// <summary>Adds a member, or gives them another name or other rules.</summary>
    /// <returns>The member's number.</returns>
    /// <exception cref="ObjectDisposedException">This, or the rule set, is disposed.</exception>
    public uint Set(in PushMember member)
    {
        uint number = 0;
        Set(new ReadOnlySpan<PushMember>(in member), new Span<uint>(ref number));
        return number;
    }

    /// <summary>Removes a member.</summary>
    /// <returns>The number that was theirs; null for somebody who was none.</returns>
    /// <exception cref="ObjectDisposedException">This is disposed.</exception>
    public uint? Remove(string userId)
    {
        uint number;
        using var text = new Utf8Text(userId, stackalloc byte[Utf8Text.StackSize]);
        using var borrowed = _handle.Borrow();
        fixed (byte* start = text)
            NativeException.ThrowIfFailed(NativeMethods.hybrid_push_audience_remove(borrowed.Pointer, new ByteView(start, text.Span.Length), &number));
        return number == uint.MaxValue ? null : number;
    }

    /// <summary>Evaluates an event for all members. Its sender's verdict is always <see cref="PushVerdict.None"/>.</summary>
    /// <param name="eventJson">The event in the federation's or the clients' format.</param>
    /// <param name="room">The room at the event.</param>
    /// <exception cref="NativeException"><see cref="NativeStatus.PushEventMalformed"/>: the event is not a JSON object.</exception>
    /// <exception cref="ObjectDisposedException">This is disposed.</exception>
    public PushOutcome Evaluate(ReadOnlySpan<byte> eventJson, in PushRoomContext room)
    {
        byte everyone;
        OwnedBuffer packed;
        using var borrowed = _handle.Borrow();
        fixed (byte* eventStart = eventJson, levels = room.PowerLevelsContent.Span)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_push_audience_evaluate(
                borrowed.Pointer, new ByteView(eventStart, eventJson.Length), PushRules.View(room, levels), &everyone, &packed));
        }

        using var buffer = new NativeBuffer(packed);
        var exceptions = new PushException[buffer.Span.Length / PackedException];
        for (var index = 0; index < exceptions.Length; index++)
        {
            var item = buffer.Span.Slice(index * PackedException, PackedException);
            exceptions[index] = new PushException(BinaryPrimitives.ReadUInt32LittleEndian(item), (PushVerdict)item[^1]);
        }

        return new PushOutcome((PushVerdict)everyone, exceptions);
    }

    public void Dispose() => _handle.Dispose();
}
