using System.Collections.Immutable;
using Hybrid.Native.State;
using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>What the store keeps of a room beside its events.</summary>
public sealed record RoomRecord(RoomId RoomId, string Version, UserId Creator, bool IsPublic)
{
    /// <summary>What the nodes of the room's state maps are filed under: the number of its first event.</summary>
    public long Number { get; init; }
}

/// <summary>Everything the room engine needs to carry a room on: current state, ends of the graph, and the latest events, oldest first.</summary>
public sealed record RoomState(
    RoomRecord Room, IReadOnlyList<StoredEvent> State, IReadOnlyList<EventId> ForwardExtremities, IReadOnlyList<StoredEvent> Recent)
{
    /// <summary>
    /// How many of the latest events a room is loaded with: what a first look at its timeline shows, and no more, since someone in a
    /// thousand rooms has all of them loaded.
    /// </summary>
    public const int RecentEvents = 16;

    /// <summary>
    /// Since which position of the log a value of <see cref="State"/> is current, for those where that is not their own: state that
    /// came with a join, or that a resolution of forks brought back.
    /// </summary>
    public IReadOnlyDictionary<EventId, long> Since { get; init; } = ImmutableDictionary<EventId, long>.Empty;

    /// <summary>The changes of current state at the positions of <see cref="Recent"/>, oldest first.</summary>
    public IReadOnlyList<StateChange> RecentChanges { get; init; } = [];

    /// <summary>The map of current state; null for a room that was stored before there were state maps.</summary>
    public StateNodeHash? StateRoot { get; init; }

    /// <summary>Set while only a part of the state is known.</summary>
    public PartialState? Partial { get; init; }
}

/// <summary>
/// A change of current state: in the log at <see cref="Position"/>, <see cref="Event"/> became the value of its type and state key. Its
/// own position is another where forks were resolved, or where it came with a join.
/// </summary>
public sealed record StateChange(long Position, StoredEvent Event);

/// <summary>What an event of the log does to current state: <paramref name="Key"/> takes a value, or null where it has none any more.</summary>
/// <param name="At">The event, or the mark, of the same append at whose position it happens.</param>
/// <param name="Key">The type and state key.</param>
/// <param name="Value">The state event; it need not be <paramref name="At"/>.</param>
public sealed record StateEffect(StoredEvent At, StateKey Key, StoredEvent? Value);

/// <summary>A user's membership in a room as of <see cref="Position"/>, the position of its member event.</summary>
public sealed record MembershipRecord(UserId UserId, RoomId RoomId, string Membership, EventId EventId, UserId Sender, long Position, bool Forgotten);

/// <summary>One page of the log of a room. <see cref="Next"/> is the position to go on from, null at the end.</summary>
public sealed record TimelinePage(IReadOnlyList<StoredEvent> Events, long? Next);

/// <summary>Which events of a room are wanted.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="From">
/// Exclusive bound to start from: upper when going backwards, lower when going forwards; <see cref="Beginning"/> to go forwards from
/// the oldest event that is known.
/// </param>
/// <param name="To">Exclusive when going backwards, inclusive when going forwards; null for no bound.</param>
/// <param name="Backwards">Newest first.</param>
/// <param name="Limit">The most events to return.</param>
public sealed record TimelineQuery(RoomId RoomId, long From, long? To, bool Backwards, int Limit)
{
    /// <summary>Before all events of a timeline, those of history included.</summary>
    public const long Beginning = LogBand.Aside;

    /// <summary>Only these types; null for all. A <c>*</c> matches any run of characters.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    public IReadOnlyList<string>? NotTypes { get; init; }

    public IReadOnlyList<UserId>? Senders { get; init; }

    public IReadOnlyList<UserId>? NotSenders { get; init; }

    /// <summary>Only events with, or without, a <c>url</c> in their content; null for both.</summary>
    public bool? ContainsUrl { get; init; }

    /// <summary>Only events that one of these users sent a relation to; null for all.</summary>
    public IReadOnlyList<UserId>? RelatedBySenders { get; init; }

    /// <summary>Only events that are related to in one of these ways; null for all.</summary>
    public IReadOnlyList<string>? RelatedByTypes { get; init; }

    /// <summary>Whether anything but the range decides which events are wanted.</summary>
    public bool IsFiltered =>
        Types is not null || NotTypes is not null || Senders is not null || NotSenders is not null
        || ContainsUrl is not null || RelatedBySenders is not null || RelatedByTypes is not null;
}

/// <summary>Which relations of an event are wanted (specification, "Relationships API"); bounds as in <see cref="TimelineQuery"/>.</summary>
/// <param name="Parent">The event related to.</param>
/// <param name="RelationType">Only this <c>rel_type</c>; null for all.</param>
/// <param name="EventType">Only this event type; null for all.</param>
/// <param name="From">Exclusive bound to start from.</param>
/// <param name="To">Bound to end at.</param>
/// <param name="Backwards">Newest first.</param>
/// <param name="Limit">The most events to return.</param>
public sealed record RelationQuery(EventId Parent, string? RelationType, string? EventType, long From, long? To, bool Backwards, int Limit)
{
    /// <summary>How many steps from the parent an event may be: 1 for its own relations.</summary>
    public int Depth { get; init; } = 1;
}

/// <summary>What is aggregated of the events that relate to one; redacted ones are left out.</summary>
/// <param name="Parent">The event related to.</param>
/// <param name="Replacement">The latest valid edit (specification, "Validity of replacement events").</param>
/// <param name="ThreadCount">Replies in the thread that starts at the event.</param>
/// <param name="LatestReply">The newest of them.</param>
/// <param name="References">Events that refer to it, oldest first, a bounded number.</param>
public sealed record RelationSummary(
    EventId Parent, StoredEvent? Replacement, int ThreadCount, StoredEvent? LatestReply, IReadOnlyList<EventId> References);

/// <summary>A thread: its root, how many replies it has, the newest, and whether the asking user took part.</summary>
public sealed record ThreadSummary(StoredEvent Root, int Count, StoredEvent Latest, bool Participated);
