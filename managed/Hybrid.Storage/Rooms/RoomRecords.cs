using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>What the store keeps of a room beside its events.</summary>
public sealed record RoomRecord(RoomId RoomId, string Version, UserId Creator, bool IsPublic);

/// <summary>Everything the room engine needs to carry a room on: current state, ends of the graph, and the latest events, oldest first.</summary>
public sealed record RoomState(
    RoomRecord Room, IReadOnlyList<StoredEvent> State, IReadOnlyList<EventId> ForwardExtremities, IReadOnlyList<StoredEvent> Recent);

/// <summary>A change of current state: in the log at <see cref="Position"/>, <see cref="Event"/> became the value of its type and state key.</summary>
public sealed record StateChange(long Position, StoredEvent Event);

/// <summary>A user's membership in a room as of <see cref="Position"/>, the position of its member event.</summary>
public sealed record MembershipRecord(UserId UserId, RoomId RoomId, string Membership, EventId EventId, UserId Sender, long Position, bool Forgotten);

/// <summary>One page of the log of a room. <see cref="Next"/> is the position to go on from, null at the end.</summary>
public sealed record TimelinePage(IReadOnlyList<StoredEvent> Events, long? Next);

/// <summary>Which events of a room are wanted.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="From">Exclusive bound to start from: upper when going backwards, lower when going forwards.</param>
/// <param name="To">Exclusive when going backwards, inclusive when going forwards; null for no bound.</param>
/// <param name="Backwards">Newest first.</param>
/// <param name="Limit">The most events to return.</param>
public sealed record TimelineQuery(RoomId RoomId, long From, long? To, bool Backwards, int Limit)
{
    /// <summary>Only these types; null for all. A trailing <c>*</c> matches any ending.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    public IReadOnlyList<string>? NotTypes { get; init; }

    public IReadOnlyList<UserId>? Senders { get; init; }

    public IReadOnlyList<UserId>? NotSenders { get; init; }
}

/// <summary>Which relations of an event are wanted (specification, "Relationships API").</summary>
public sealed record RelationQuery(EventId Parent, string? RelationType, string? EventType, long From, long? To, bool Backwards, int Limit);

/// <summary>How many events point at one, and the newest of them, by relation type; without redacted ones.</summary>
public sealed record RelationSummary(EventId Parent, string RelationType, int Count, StoredEvent Latest);

/// <summary>A thread: its root, how many replies it has, the newest, and whether the asking user took part.</summary>
public sealed record ThreadSummary(StoredEvent Root, int Count, StoredEvent Latest, bool Participated);
