using System.Buffers.Binary;
using System.Text;

namespace Hybrid.Native.State;

/// <summary>What became of an event when it was received.</summary>
public enum EventStanding : byte
{
    Accepted = 0,

    /// <summary>Accepted, but hidden from clients since the current state does not allow it. State resolution makes no difference.</summary>
    SoftFailed = 1,

    /// <summary>It failed against the state before it. It authorizes nothing as an auth event.</summary>
    Rejected = 2,
}

/// <summary>A state event for a <see cref="StateGraph"/>.</summary>
public readonly record struct StateGraphEvent(string EventId, ReadOnlyMemory<byte> Json, EventStanding Standing);

/// <summary>A resolved state, as numbers of events in the graph.</summary>
/// <param name="Unconflicted">What all states agreed on.</param>
/// <param name="Resolved">
/// What became of everything else: at most one event for a type and state key, and none for those of <paramref name="Unconflicted"/>.
/// </param>
public sealed record StateResolution(IReadOnlyList<uint> Unconflicted, IReadOnlyList<uint> Resolved);

/// <summary>
/// The state events of one room and how they authorize each other. It only grows, and resolves states by the algorithm of the
/// room's version, at a cost that follows from what they disagree on. Its events are numbers from zero, in the order in which they
/// came. Safe to use from several threads, one after the other, even while it is disposed.
/// </summary>
/// <remarks><see href="https://spec.matrix.org/v1.16/rooms/"/>, section "State resolution" of each version.</remarks>
public sealed unsafe class StateGraph : IDisposable
{
    readonly NativeHandle<StateGraphHandle> _handle;

    /// <exception cref="NativeException"><see cref="NativeStatus.EventRoomVersionUnknown"/>.</exception>
    public StateGraph(string roomVersion, string roomId)
    {
        using var version = new Utf8Text(roomVersion, stackalloc byte[Utf8Text.StackSize]);
        using var room = new Utf8Text(roomId, stackalloc byte[Utf8Text.StackSize]);
        StateGraphHandle* graph;
        fixed (byte* versionBytes = version, roomBytes = room)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_state_graph_create(
                new ByteView(versionBytes, version.Span.Length), new ByteView(roomBytes, room.Span.Length), &graph));
        }

        _handle = new NativeHandle<StateGraphHandle>(graph, &NativeMethods.hybrid_state_graph_free);
    }

    /// <summary>How many events there are.</summary>
    public int Count
    {
        get
        {
            nuint count;
            using var handle = _handle.Borrow();
            NativeException.ThrowIfFailed(NativeMethods.hybrid_state_graph_count(handle.Pointer, &count));
            return checked((int)count);
        }
    }

    /// <summary>
    /// Adds events, in any order: all auth events of each must be there or come with it. Events that are there already stay as they
    /// are. Event IDs are taken as given; the caller has checked them.
    /// </summary>
    /// <returns>The number of each event.</returns>
    /// <exception cref="NativeException">
    /// An event cannot be read or is no state event (<see cref="NativeStatus.EventMalformed"/>,
    /// <see cref="NativeStatus.EventTooLarge"/>), is of another room, names an auth event that is missing, or is in its own auth
    /// chain. None is added then.
    /// </exception>
    public uint[] Append(IReadOnlyList<StateGraphEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var numbers = new uint[events.Count];
        var (idLengths, jsonLengths) = (new int[events.Count], new int[events.Count]);
        var standings = new byte[events.Count];
        for (var index = 0; index < events.Count; index++)
        {
            ArgumentNullException.ThrowIfNull(events[index].EventId, nameof(events));
            idLengths[index] = Encoding.UTF8.GetByteCount(events[index].EventId);
            jsonLengths[index] = events[index].Json.Length;
            standings[index] = (byte)events[index].Standing;
        }

        var ids = new byte[Total(idLengths)];
        var jsons = new byte[Total(jsonLengths)];
        var (idAt, jsonAt) = (0, 0);
        for (var index = 0; index < events.Count; index++)
        {
            idAt += Encoding.UTF8.GetBytes(events[index].EventId, ids.AsSpan(idAt));
            events[index].Json.Span.CopyTo(jsons.AsSpan(jsonAt));
            jsonAt += jsonLengths[index];
        }

        using var handle = _handle.Borrow();
        fixed (byte* idStart = ids, jsonStart = jsons, standingStart = standings)
        fixed (int* idLengthStart = idLengths, jsonLengthStart = jsonLengths)
        fixed (uint* numberStart = numbers)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_state_graph_append(
                handle.Pointer,
                new ByteView(idStart, ids.Length),
                idLengthStart,
                new ByteView(jsonStart, jsons.Length),
                jsonLengthStart,
                new ByteView(standingStart, standings.Length),
                (nuint)events.Count,
                numberStart));
        }

        return numbers;
    }

    /// <summary>The number of the event with this ID, if it is there.</summary>
    public uint? Find(string eventId)
    {
        using var id = new Utf8Text(eventId, stackalloc byte[Utf8Text.StackSize]);
        using var handle = _handle.Borrow();
        uint number;
        byte found;
        fixed (byte* idBytes = id)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_state_graph_find(
                handle.Pointer, new ByteView(idBytes, id.Span.Length), &number, &found));
        }

        return found != 0 ? number : null;
    }

    /// <summary>The ID of an event.</summary>
    /// <exception cref="NativeException"><see cref="NativeStatus.StateEventUnknown"/>.</exception>
    public string EventId(uint number)
    {
        OwnedBuffer id;
        using var handle = _handle.Borrow();
        NativeException.ThrowIfFailed(NativeMethods.hybrid_state_graph_event_id(handle.Pointer, number, &id));
        using var buffer = new NativeBuffer(id);
        return buffer.ToString();
    }

    /// <summary>Notes what became of an event that is there.</summary>
    /// <exception cref="NativeException"><see cref="NativeStatus.StateEventUnknown"/>.</exception>
    public void SetStanding(uint number, EventStanding standing)
    {
        using var handle = _handle.Borrow();
        NativeException.ThrowIfFailed(NativeMethods.hybrid_state_graph_set_standing(handle.Pointer, number, (uint)standing));
    }

    /// <summary>Resolves states, each given as the numbers of its events in any order.</summary>
    /// <exception cref="NativeException">
    /// A number is unknown (<see cref="NativeStatus.StateEventUnknown"/>), or a state has two events for a type and state key
    /// (<see cref="NativeStatus.StateKeyDuplicate"/>).
    /// </exception>
    public StateResolution Resolve(IReadOnlyList<ReadOnlyMemory<uint>> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        var lengths = new int[states.Count];
        for (var index = 0; index < states.Count; index++)
            lengths[index] = states[index].Length;
        var events = new uint[Total(lengths)];
        var position = 0;
        foreach (var state in states)
        {
            state.Span.CopyTo(events.AsSpan(position));
            position += state.Length;
        }

        OwnedBuffer result;
        nuint unconflicted;
        using var handle = _handle.Borrow();
        fixed (uint* eventStart = events)
        fixed (int* lengthStart = lengths)
        {
            NativeException.ThrowIfFailed(NativeMethods.hybrid_state_resolve(
                handle.Pointer, eventStart, (nuint)events.Length, lengthStart, (nuint)states.Count, &result, &unconflicted));
        }

        using var buffer = new NativeBuffer(result);
        var numbers = new uint[buffer.Span.Length / sizeof(uint)];
        for (var index = 0; index < numbers.Length; index++)
            numbers[index] = BinaryPrimitives.ReadUInt32LittleEndian(buffer.Span[(index * sizeof(uint))..]);
        var cut = checked((int)unconflicted);
        return new StateResolution(numbers[..cut], numbers[cut..]);
    }

    public void Dispose() => _handle.Dispose();

    static int Total(int[] lengths)
    {
        var total = 0;
        foreach (var length in lengths)
            total = checked(total + length);
        return total;
    }
}
