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
            // One moment for all three queries.
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
            $"SELECT {EventRow.Columns} FROM events e WHERE e.event_id = ?1", EventRow.Read, eventId.Value)));

    public ValueTask<IReadOnlyList<StoredEvent>> FindEventsAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        new(eventIds.Count == 0
            ? []
            : database.Read(session => session.Query(
                $"SELECT {EventRow.Columns} FROM json_each(?1) wanted JOIN events e ON e.event_id = wanted.value",
                EventRow.Read, JsonList.Of(eventIds))));

    public ValueTask<IReadOnlyList<StoredEvent>> FindByNumberAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            $"SELECT {EventRow.Columns} FROM json_each(?1) wanted JOIN events e ON e.number = wanted.value",
            EventRow.Read, JsonList.Of(numbers))));

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
            "SELECT version, creator, is_public, forward_extremities, number, state_root FROM rooms WHERE room_id = ?1 AND deleted = 0",
            row => new RoomRow(
                new RoomRecord(roomId, row.GetString(0), UserId.Parse(row.GetString(1)), row.GetInt64(2) != 0) { Number = row.GetInt64(4) },
                row.GetString(3), row.IsDBNull(5) ? null : new StateNodeHash(row.GetFieldValue<byte[]>(5))),
            roomId.Value);
        if (room is null)
            return null;

        var recent = session.Query(
            $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = ?1 ORDER BY e.position DESC LIMIT ?2",
            EventRow.Read, roomId.Value, (long)RoomState.RecentEvents);
        recent.Reverse();

        // An event that is both recent and state is one object, so that what is derived from it is derived once.
        var shared = recent.ToDictionary(static entry => entry.Position);
        var state = session.Query(StateAtSql, EventRow.Read, roomId.Value, long.MaxValue)
            .ConvertAll(entry => shared.GetValueOrDefault(entry.Position, entry));
        EventId[] extremities = [.. room.ForwardExtremities.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(EventId.Parse)];
        return new RoomState(room.Record, state, extremities, recent) { StateRoot = room.StateRoot };
    }

    sealed record RoomRow(RoomRecord Record, string ForwardExtremities, StateNodeHash? StateRoot);
}
