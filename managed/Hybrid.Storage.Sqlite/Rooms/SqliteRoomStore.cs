using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>
/// The log of room events. This part finds single events and opens rooms; appends, pages of the log, state and relations have
/// a file each.
/// </summary>
public sealed partial class SqliteRoomStore(SqliteDatabase database) : IRoomStore
{
    public ValueTask<RoomState?> LoadAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        return new ValueTask<RoomState?>(database.Read(session =>
        {
            // One moment for all queries.
            session.Execute("BEGIN");
            try
            {
                return Load(session, roomId);
            }
            finally
            {
                session.Execute("COMMIT");
            }
        }));
    }

    public ValueTask<IReadOnlyList<RoomId>> ReadRoomIdsAsync(RoomId? after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT room_id FROM rooms WHERE room_id > ?1 AND deleted = 0 ORDER BY room_id LIMIT ?2",
            static row => RoomId.Parse(row.GetString(0)), after?.Value ?? "", (long)limit)));

    public ValueTask<StoredEvent?> FindEventAsync(EventId eventId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            $"SELECT {EventRow.Columns} FROM events e WHERE e.event_id = ?1 AND {EventRow.InTimeline}", EventRow.Read, eventId.Value)));

    public ValueTask<IReadOnlyList<StoredEvent>> FindEventsAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        new(eventIds.Count == 0
            ? []
            : database.Read(session => session.Query(
                $"SELECT {EventRow.Columns} FROM json_each(?1) wanted JOIN events e ON e.event_id = wanted.value WHERE {EventRow.InTimeline}",
                EventRow.Read, JsonList.Of(eventIds))));

    public ValueTask<IReadOnlyList<StoredEvent>> FindKnownAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        new(eventIds.Count == 0
            ? []
            : database.Read(session => session.Query(
                $"SELECT {EventRow.Columns} FROM json_each(?1) wanted JOIN events e ON e.event_id = wanted.value",
                EventRow.Read, JsonList.Of(eventIds))));

    public ValueTask<IReadOnlyList<EventId>> FilterKnownAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT e.event_id FROM json_each(?1) wanted JOIN events e ON e.event_id = wanted.value",
            static row => EventId.Parse(row.GetString(0)), JsonList.Of(eventIds))));

    public ValueTask<IReadOnlyList<StoredEvent>> FindRedactionsAsync(IReadOnlyCollection<EventId> targets, CancellationToken cancellationToken) =>
        new(targets.Count == 0
            ? []
            : database.Read(session => session.Query(
                $"""
                SELECT {EventRow.Columns} FROM events e
                WHERE e.redacts IN (SELECT value FROM json_each(?1)) AND {EventRow.InTimeline} AND e.standing = 0 ORDER BY +e.position
                """,
                EventRow.Read, JsonList.Of(targets))));

    public ValueTask<IReadOnlyList<StoredEvent>> FindByNumberAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken) =>
        new(database.Read(session => FindByNumber(session, numbers)));

    public ValueTask<IReadOnlyList<EventId>> ReadGapsAsync(RoomId roomId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT event_id FROM room_gaps WHERE room_id = ?1", static row => EventId.Parse(row.GetString(0)), roomId.Value)));

    public ValueTask<IReadOnlyList<RoomId>> ReadPartialRoomsAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.Query(
            "SELECT room_id FROM rooms WHERE partial_join IS NOT NULL AND deleted = 0", static row => RoomId.Parse(row.GetString(0)))));

    public ValueTask<EventId?> FindTransactionAsync(RoomId roomId, string type, SendingTransaction transaction, CancellationToken cancellationToken) =>
        new(database.Read(session => FindTransaction(session, roomId, type, transaction)));

    static EventId? FindTransaction(SqliteSession session, RoomId roomId, string type, SendingTransaction transaction) =>
        session.QueryText(
            """
            SELECT event_id FROM events
            WHERE transaction_user = ?1 AND transaction_device = ?2 AND transaction_id = ?3 AND room_id = ?4 AND type = ?5
            """,
            transaction.UserId.Value, transaction.DeviceId.Value, transaction.TransactionId, roomId.Value, type) is { } found
            ? EventId.Parse(found)
            : null;

    static RoomState? Load(SqliteSession session, RoomId roomId)
    {
        var room = session.QueryFirst(
            """
            SELECT version, creator, is_public, forward_extremities, number, state_root, partial_join, partial_servers
            FROM rooms WHERE room_id = ?1 AND deleted = 0
            """,
            row => new RoomRow(
                new RoomRecord(roomId, row.GetString(0), UserId.Parse(row.GetString(1)), row.GetInt64(2) != 0) { Number = row.GetInt64(4) },
                row.GetString(3), row.IsDBNull(5) ? null : new StateNodeHash(row.GetFieldValue<byte[]>(5)),
                row.IsDBNull(6) ? null : new PartialState(EventId.Parse(row.GetString(6)), Servers(row.GetString(7)))),
            roomId.Value);
        if (room is null)
            return null;

        var recent = session.Query(
            $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = ?1 AND {EventRow.InTimeline} ORDER BY e.position DESC LIMIT ?2",
            EventRow.Read, roomId.Value, (long)RoomState.RecentEvents);
        recent.Reverse();

        // An event that is both recent and state is one object, so that what is derived from it is derived once.
        var shared = recent.ToDictionary(static entry => entry.Number);
        var since = new Dictionary<EventId, long>();
        var state = new List<StoredEvent>();
        foreach (var (position, value) in session.Query(StateAtSql, Change, roomId.Value, long.MaxValue))
        {
            var entry = shared.GetValueOrDefault(value.Number, value);
            state.Add(entry);
            shared[entry.Number] = entry;
            if (position != entry.Position)
                since[entry.EventId] = position;
        }

        EventId[] extremities = [.. room.ForwardExtremities.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(EventId.Parse)];
        return new RoomState(room.Record, state, extremities, recent)
        {
            Since = since,
            RecentChanges = recent.Count > 0 ? ReadRecentChanges(session, roomId, recent[0].Position, shared) : [],
            StateRoot = room.StateRoot,
            Partial = room.Partial,
        };
    }

    static ServerName[] Servers(string names) => [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ServerName.Parse)];

    static List<StateChange> ReadRecentChanges(SqliteSession session, RoomId roomId, long first, Dictionary<long, StoredEvent> known)
    {
        var changes = session.Query(
            "SELECT position, event_number FROM state_changes WHERE room_id = ?1 AND position >= ?2 AND event_number IS NOT NULL ORDER BY position",
            static row => (Position: row.GetInt64(0), Number: row.GetInt64(1)), roomId.Value, first);
        long[] missing = [.. changes.Select(static change => change.Number).Where(number => !known.ContainsKey(number)).Distinct()];
        if (missing.Length > 0)
        {
            foreach (var entry in FindByNumber(session, missing))
                known[entry.Number] = entry;
        }

        // Damage to one event is for fsck to tell of, and no reason to keep the room shut.
        return [.. changes.Where(change => known.ContainsKey(change.Number)).Select(change => new StateChange(change.Position, known[change.Number]))];
    }

    static List<StoredEvent> FindByNumber(SqliteSession session, IEnumerable<long> numbers) => session.Query(
        $"SELECT {EventRow.Columns} FROM json_each(?1) wanted JOIN events e ON e.number = wanted.value", EventRow.Read, JsonList.Of(numbers));

    sealed record RoomRow(RoomRecord Record, string ForwardExtremities, StateNodeHash? StateRoot, PartialState? Partial);
}
