using Hybrid.Native.State;
using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>
/// An event of the log: its canonical bytes, its position, and the few fields that the server indexes. The bytes are sent and
/// stored as they are; nothing re-serializes them.
/// </summary>
public sealed class StoredEvent
{
    /// <summary>
    /// Position in <see cref="StreamKind.Events"/>; 0 until stored. Below zero for events that never were in the log: see
    /// <see cref="LogBand"/>.
    /// </summary>
    public long Position { get; set; }

    /// <summary>What state maps know the event by, unique among all events of the server; 0 until it has its place in the state.</summary>
    public long Number { get; set; }

    /// <summary>The state map of the room just before the event.</summary>
    public StateNodeHash StateBefore { get; set; } = StateNodeHash.Empty;

    public required EventId EventId { get; init; }

    public required RoomId RoomId { get; init; }

    public required string Type { get; init; }

    /// <summary>Null for a message event.</summary>
    public string? StateKey { get; init; }

    public required UserId Sender { get; init; }

    /// <summary>Milliseconds since the Unix epoch, as the sending server claims.</summary>
    public required long OriginServerTs { get; init; }

    public required long Depth { get; init; }

    /// <summary>The event as canonical JSON, or as its redacted form once it is redacted.</summary>
    public required ReadOnlyMemory<byte> Json { get; init; }

    /// <summary>The state event that this one replaced, if any.</summary>
    public EventId? ReplacesState { get; set; }

    /// <summary>The event that redacted this one, if any.</summary>
    public EventId? RedactedBy { get; init; }

    /// <summary>For an <c>m.room.redaction</c>: what it redacts.</summary>
    public EventId? Redacts { get; init; }

    /// <summary><c>m.relates_to.event_id</c>, when there is a <c>rel_type</c>.</summary>
    public EventId? RelatesTo { get; init; }

    /// <summary><c>m.relates_to.rel_type</c>.</summary>
    public string? RelationType { get; init; }

    /// <summary>For <c>m.room.member</c>: <c>content.membership</c>.</summary>
    public string? Membership { get; init; }

    /// <summary>Which device sent it with which transaction ID; that device sees the ID again.</summary>
    public SendingTransaction? Transaction { get; init; }

    /// <summary>What its checks made of an event of another server. Only accepted events are in a timeline.</summary>
    public EventStanding Standing { get; set; }

    /// <summary>Known because others name it, without the state before it: <see cref="StateBefore"/> says nothing.</summary>
    public bool IsOutlier { get; set; }

    /// <summary>
    /// Whether it is no event but the mark of a position in the log at which only current state changes: it has no bytes, and the store has no row of it
    /// (<see cref="RoomAppend.Mark"/>).
    /// </summary>
    public bool IsMark { get; init; }

    /// <summary>What readers derive from the bytes and keep beside them, such as the form shown to clients. Never stored.</summary>
    public object? Derived
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>
    /// Whether the state before it is known. It is not for outliers, and for memberships that came while the server did not take part in the room; only
    /// before the create event there is no state.
    /// </summary>
    public bool IsPlaced => !IsOutlier && (StateBefore != StateNodeHash.Empty || Type == "m.room.create");

    public bool IsState => StateKey is not null;

    /// <summary>Whether it has a place in the timeline of its room, in the log or before it.</summary>
    public bool IsInTimeline => Position > LogBand.Aside;
}

/// <summary>Who sent an event under which transaction ID (specification, "Transaction identifiers").</summary>
public sealed record SendingTransaction(UserId UserId, DeviceId DeviceId, string TransactionId);
