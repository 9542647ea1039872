using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Tests.Timeline;

/// <summary>Passes everything on and counts the queries, for tests of what must not cost one.</summary>
public sealed class CountingRoomStore(IRoomStore store) : IRoomStore
{
    public int Queries { get; private set; }

    public ValueTask AppendAsync(RoomAppend append, CancellationToken cancellationToken) => Counted().AppendAsync(append, cancellationToken);

    public ValueTask<RoomState?> LoadAsync(RoomId roomId, CancellationToken cancellationToken) => Counted().LoadAsync(roomId, cancellationToken);

    public ValueTask<IReadOnlyList<RoomId>> ReadRoomIdsAsync(RoomId? after, int limit, CancellationToken cancellationToken) =>
        Counted().ReadRoomIdsAsync(after, limit, cancellationToken);

    public ValueTask<StoredEvent?> FindEventAsync(EventId eventId, CancellationToken cancellationToken) => Counted().FindEventAsync(eventId, cancellationToken);

    public ValueTask<IReadOnlyList<StoredEvent>> FindEventsAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        Counted().FindEventsAsync(eventIds, cancellationToken);

    public ValueTask<IReadOnlyList<StoredEvent>> FindKnownAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        Counted().FindKnownAsync(eventIds, cancellationToken);

    public ValueTask<IReadOnlyList<EventId>> FilterKnownAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        store.FilterKnownAsync(eventIds, cancellationToken);

    public ValueTask<IReadOnlyList<StoredEvent>> FindRedactionsAsync(IReadOnlyCollection<EventId> targets, CancellationToken cancellationToken) =>
        Counted().FindRedactionsAsync(targets, cancellationToken);

    public ValueTask<IReadOnlyList<EventId>> ReadGapsAsync(RoomId roomId, CancellationToken cancellationToken) =>
        Counted().ReadGapsAsync(roomId, cancellationToken);

    public ValueTask<IReadOnlyList<RoomId>> ReadPartialRoomsAsync(CancellationToken cancellationToken) => Counted().ReadPartialRoomsAsync(cancellationToken);

    public ValueTask<IReadOnlyList<StoredEvent>> FindByNumberAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken) =>
        Counted().FindByNumberAsync(numbers, cancellationToken);

    public ValueTask<EventId?> FindTransactionAsync(RoomId roomId, string type, SendingTransaction transaction, CancellationToken cancellationToken) =>
        Counted().FindTransactionAsync(roomId, type, transaction, cancellationToken);

    public ValueTask<IReadOnlyList<StoredEvent>> ReadLogAsync(long after, int limit, CancellationToken cancellationToken) =>
        Counted().ReadLogAsync(after, limit, cancellationToken);

    public ValueTask<TimelinePage> ReadTimelineAsync(TimelineQuery query, CancellationToken cancellationToken) =>
        Counted().ReadTimelineAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<StoredEvent>> ReadByTimeAsync(
        RoomId roomId, long timestamp, bool backwards, int skip, int limit, CancellationToken cancellationToken) =>
        Counted().ReadByTimeAsync(roomId, timestamp, backwards, skip, limit, cancellationToken);

    public ValueTask<IReadOnlyList<StateChange>> ReadStateChangesAsync(RoomId roomId, long after, long upTo, CancellationToken cancellationToken) =>
        Counted().ReadStateChangesAsync(roomId, after, upTo, cancellationToken);

    public ValueTask<IReadOnlyList<StoredEvent>> ReadStateAtAsync(RoomId roomId, long position, CancellationToken cancellationToken) =>
        Counted().ReadStateAtAsync(roomId, position, cancellationToken);

    public ValueTask<StoredEvent?> ReadStateEntryAtAsync(RoomId roomId, string type, string stateKey, long position, CancellationToken cancellationToken) =>
        Counted().ReadStateEntryAtAsync(roomId, type, stateKey, position, cancellationToken);

    public ValueTask<TimelinePage> ReadRelationsAsync(RelationQuery query, CancellationToken cancellationToken) =>
        Counted().ReadRelationsAsync(query, cancellationToken);

    public ValueTask<IReadOnlyList<RelationSummary>> ReadRelationSummariesAsync(
        IReadOnlyCollection<EventId> parents, IReadOnlyCollection<UserId> ignored, CancellationToken cancellationToken) =>
        Counted().ReadRelationSummariesAsync(parents, ignored, cancellationToken);

    public ValueTask<IReadOnlyList<StoredEvent>> FindAnnotationsAsync(
        EventId parent, UserId sender, string type, CancellationToken cancellationToken) =>
        Counted().FindAnnotationsAsync(parent, sender, type, cancellationToken);

    public ValueTask<IReadOnlySet<EventId>> FindParticipatedThreadsAsync(
        IReadOnlyCollection<EventId> roots, UserId userId, CancellationToken cancellationToken) =>
        Counted().FindParticipatedThreadsAsync(roots, userId, cancellationToken);

    public ValueTask<IReadOnlyList<ThreadSummary>> ReadThreadsAsync(
        RoomId roomId, UserId userId, bool onlyParticipated, IReadOnlyCollection<UserId> ignored, long before, int limit,
        CancellationToken cancellationToken) =>
        Counted().ReadThreadsAsync(roomId, userId, onlyParticipated, ignored, before, limit, cancellationToken);

    IRoomStore Counted()
    {
        Queries++;
        return store;
    }
}
