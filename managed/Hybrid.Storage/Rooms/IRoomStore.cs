using Hybrid.Primitives;
using Hybrid.Storage.State;

namespace Hybrid.Storage.Rooms;

/// <summary>The log of room events and what is derived from it in the same commit: current state, memberships, relations.</summary>
public interface IRoomStore
{
    /// <summary>
    /// Appends events of one room in order, with everything derived from them, in one atomic and durable step; sets each
    /// event's <see cref="StoredEvent.Position"/> and publishes those of <see cref="RoomAppend.Events"/>. A transaction ID that is
    /// already used is a <see cref="DuplicateTransactionException"/> and nothing is written.
    /// </summary>
    ValueTask AppendAsync(RoomAppend append, CancellationToken cancellationToken);

    ValueTask<RoomState?> LoadAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>Rooms that are not deleted, in the order of their IDs, from the first after <paramref name="after"/> on.</summary>
    ValueTask<IReadOnlyList<RoomId>> ReadRoomIdsAsync(RoomId? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// The event, if it is in the timeline of its room; null for one that is stored aside, which nobody may be shown:
    /// <see cref="FindKnownAsync"/> finds that too.
    /// </summary>
    ValueTask<StoredEvent?> FindEventAsync(EventId eventId, CancellationToken cancellationToken);

    /// <summary>Those of <paramref name="eventIds"/> that are in the timelines of their rooms, in no particular order.</summary>
    ValueTask<IReadOnlyList<StoredEvent>> FindEventsAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken);

    /// <summary>
    /// Those of <paramref name="eventIds"/> that are stored, in a timeline or aside, in no particular order: for the graph and its rules,
    /// not for answers to clients.
    /// </summary>
    ValueTask<IReadOnlyList<StoredEvent>> FindKnownAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken);

    /// <summary>As <see cref="FindKnownAsync"/>, without the events themselves.</summary>
    ValueTask<IReadOnlyList<EventId>> FilterKnownAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken);

    /// <summary>
    /// The accepted events in the timelines of their rooms whose <see cref="StoredEvent.Redacts"/> is one of
    /// <paramref name="targets"/>, in log order.
    /// </summary>
    ValueTask<IReadOnlyList<StoredEvent>> FindRedactionsAsync(IReadOnlyCollection<EventId> targets, CancellationToken cancellationToken);

    /// <summary>The events that state maps know by these numbers, in a timeline or aside, in no particular order.</summary>
    ValueTask<IReadOnlyList<StoredEvent>> FindByNumberAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken);

    /// <summary>The event of this type that this device sent into the room with this transaction ID, if it did.</summary>
    ValueTask<EventId?> FindTransactionAsync(RoomId roomId, string type, SendingTransaction transaction, CancellationToken cancellationToken);

    /// <summary>The log of all rooms after a position, oldest first: what a reader that was away reads on from.</summary>
    ValueTask<IReadOnlyList<StoredEvent>> ReadLogAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Events that events of the room name as <c>prev_events</c> and that are not stored, in no particular order: where its known history
    /// ends, and more may be had from other servers.
    /// </summary>
    ValueTask<IReadOnlyList<EventId>> ReadGapsAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>Rooms of whose state only a part is known, in no particular order.</summary>
    ValueTask<IReadOnlyList<RoomId>> ReadPartialRoomsAsync(CancellationToken cancellationToken);

    /// <summary>A page of a room's timeline: of its log, and of the history before that.</summary>
    ValueTask<TimelinePage> ReadTimelineAsync(TimelineQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Events of a room by what their senders' clocks said, nearest first: at or after <paramref name="timestamp"/> (milliseconds
    /// since the Unix epoch), or at or before it when going backwards, without the first <paramref name="skip"/>.
    /// </summary>
    ValueTask<IReadOnlyList<StoredEvent>> ReadByTimeAsync(
        RoomId roomId, long timestamp, bool backwards, int skip, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Changes of current state in (<paramref name="after"/>, <paramref name="upTo"/>], oldest first; a key may appear more than once. Keys
    /// that lost their value are left out.
    /// </summary>
    ValueTask<IReadOnlyList<StateChange>> ReadStateChangesAsync(RoomId roomId, long after, long upTo, CancellationToken cancellationToken);

    /// <summary>The room's whole state just after <paramref name="position"/>.</summary>
    ValueTask<IReadOnlyList<StoredEvent>> ReadStateAtAsync(RoomId roomId, long position, CancellationToken cancellationToken);

    /// <summary>One entry of the room's state just after <paramref name="position"/>.</summary>
    ValueTask<StoredEvent?> ReadStateEntryAtAsync(RoomId roomId, string type, string stateKey, long position, CancellationToken cancellationToken);

    /// <summary>Relations of an event, in log order.</summary>
    ValueTask<TimelinePage> ReadRelationsAsync(RelationQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// For each of <paramref name="parents"/> that other events relate to: what the specification aggregates of it. Threads and
    /// references are counted without those of the users in <paramref name="ignored"/>.
    /// </summary>
    ValueTask<IReadOnlyList<RelationSummary>> ReadRelationSummariesAsync(
        IReadOnlyCollection<EventId> parents, IReadOnlyCollection<UserId> ignored, CancellationToken cancellationToken);

    /// <summary>The annotations of this type that the user has sent for an event, without redacted ones.</summary>
    ValueTask<IReadOnlyList<StoredEvent>> FindAnnotationsAsync(EventId parent, UserId sender, string type, CancellationToken cancellationToken);

    /// <summary>Which of <paramref name="roots"/> are threads that <paramref name="userId"/> took part in.</summary>
    ValueTask<IReadOnlySet<EventId>> FindParticipatedThreadsAsync(IReadOnlyCollection<EventId> roots, UserId userId, CancellationToken cancellationToken);

    /// <summary>
    /// Threads of a room, the one with the newest reply first, whose newest reply is before <paramref name="before"/>. Replies of the
    /// users in <paramref name="ignored"/> do not count, and a thread of such replies alone is none.
    /// </summary>
    ValueTask<IReadOnlyList<ThreadSummary>> ReadThreadsAsync(
        RoomId roomId, UserId userId, bool onlyParticipated, IReadOnlyCollection<UserId> ignored, long before, int limit,
        CancellationToken cancellationToken);
}

/// <summary>Where users are: the index of memberships by user.</summary>
public interface IMembershipStore
{
    /// <summary>Every room that the user has a membership in, forgotten ones included.</summary>
    ValueTask<IReadOnlyList<MembershipRecord>> ReadMembershipsAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Every change of the user's memberships in (<paramref name="after"/>, <paramref name="upTo"/>], oldest first.</summary>
    ValueTask<IReadOnlyList<MembershipRecord>> ReadMembershipChangesAsync(UserId userId, long after, long upTo, CancellationToken cancellationToken);

    /// <summary>Every membership that the user ever had in the room, oldest first.</summary>
    ValueTask<IReadOnlyList<MembershipRecord>> ReadMembershipHistoryAsync(UserId userId, RoomId roomId, CancellationToken cancellationToken);

    /// <summary>Rooms with joined members of a server, in no particular order.</summary>
    ValueTask<IReadOnlyList<RoomId>> ReadRoomsOfServerAsync(ServerName server, CancellationToken cancellationToken);

    /// <summary>Servers whose users have memberships of any kind, in the order of their names, from the first after <paramref name="after"/> on.</summary>
    ValueTask<IReadOnlyList<ServerName>> ReadServersAsync(ServerName? after, int limit, CancellationToken cancellationToken);

    /// <summary>Whether any user of the server has a membership of any kind.</summary>
    ValueTask<bool> IsServerKnownAsync(ServerName server, CancellationToken cancellationToken);

    /// <summary>Marks a left room as forgotten; a later membership unmarks it.</summary>
    ValueTask ForgetAsync(UserId userId, RoomId roomId, CancellationToken cancellationToken);
}

/// <summary>What one append writes.</summary>
public sealed record RoomAppend(RoomId RoomId, IReadOnlyList<StoredEvent> Events, IReadOnlyList<EventId> ForwardExtremities)
{
    /// <summary>
    /// Events of other servers that no timeline has: outliers, soft-failed and rejected ones. They take positions in <see cref="LogBand.Aside"/>,
    /// are related to nothing, and nobody is told of them. An event of <see cref="Events"/> or <see cref="History"/> that is stored
    /// aside already takes its row's place, with its number.
    /// </summary>
    public IReadOnlyList<StoredEvent> Aside { get; init; } = [];

    /// <summary>
    /// Events from before what the log has of the room, newest first: they take positions below zero and below all that are taken there.
    /// Nobody is told of them, and they change no current state.
    /// </summary>
    public IReadOnlyList<StoredEvent> History { get; init; } = [];

    /// <summary>
    /// What <see cref="Events"/> do to current state, in their order; null where each state event of them becomes the value of its key.
    /// Memberships follow from it.
    /// </summary>
    public IReadOnlyList<StateEffect>? Effects { get; init; }

    /// <summary>
    /// The mark of a position of its own in the log, after <see cref="Events"/>, for effects that no event brings: state that becomes known. Its notice goes
    /// out as an event's does, and a reader that was away is not told of it again.
    /// </summary>
    public StoredEvent? Mark { get; init; }

    /// <summary>Set when the room is joined without all of its state.</summary>
    public PartialState? BeginsPartial { get; init; }

    /// <summary>Whether all of the state is known from now on.</summary>
    public bool EndsPartial { get; init; }

    /// <summary>Stored events whose state before them is put right.</summary>
    public IReadOnlyList<CorrectedState> Corrections { get; init; } = [];

    /// <summary>Events that <see cref="Events"/> and <see cref="History"/> name as <c>prev_events</c> and that are not stored.</summary>
    public IReadOnlyList<EventId> NewGaps { get; init; } = [];

    /// <summary>Gaps that are closed: the events are stored now, or are given up.</summary>
    public IReadOnlyList<EventId> ClosedGaps { get; init; } = [];

    /// <summary>For a room's first append.</summary>
    public RoomRecord? NewRoom { get; init; }

    /// <summary>Events whose stored bytes become their redacted form: target, new bytes, redacting event.</summary>
    public IReadOnlyList<AppliedRedaction> Redactions { get; init; } = [];

    /// <summary>Called when the append is durable and has its positions, before anyone is told of them.</summary>
    public Action? Committed { get; init; }

    /// <summary>The map of current state after the append, the nodes that it needs, and the names in them that had no number before.</summary>
    public StateAddition State { get; init; } = StateAddition.None;

    /// <summary>
    /// Whether the room is still as the append takes it to be; asked by the one writer, between commits. A commit whose outcome was
    /// unknown while the connection to the database was lost can turn out to have been made: what was drafted without it is refused.
    /// </summary>
    public Func<bool>? StillApplies { get; init; }

    /// <summary>Aliases that come with the append, claimed with it or not at all.</summary>
    public IReadOnlyList<RoomAlias> NewAliases { get; init; } = [];
}

/// <summary>A redaction that takes effect: the target's bytes are replaced, so that what was redacted is gone from the store too.</summary>
public sealed record AppliedRedaction(EventId Target, ReadOnlyMemory<byte> RedactedJson, EventId RedactedBy)
{
    /// <summary>Where the target stands in the state, if it is a state event.</summary>
    public StateKey? TargetState { get; init; }
}

/// <summary>The device used this transaction ID before, for <see cref="EventId"/>.</summary>
public sealed class DuplicateTransactionException(EventId eventId) : Exception("The transaction ID was used before.")
{
    public EventId EventId { get; } = eventId;
}

/// <summary>An alias of the append is taken.</summary>
public sealed class AliasTakenException(RoomAlias alias) : Exception($"The alias {alias} is taken.")
{
    public RoomAlias Alias { get; } = alias;
}
