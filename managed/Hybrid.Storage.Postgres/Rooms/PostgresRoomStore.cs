using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>
/// The log of room events. This part finds single events and opens rooms; appends, pages of the log, state and relations have
/// a file each.
/// </summary>
public sealed partial class PostgresRoomStore(PostgresDatabase database) : IRoomStore
{
    readonly RoomAppends _appends = new();

    public async ValueTask<RoomState?> LoadAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        // A room that a commit of unknown outcome made must not be opened before it is known.
        database.ThrowIfUnavailable();
        return await database.ReadAsync(
            async session =>
            {
                // One moment for all three queries.
                session.Defer("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
                var state = await LoadAsync(session, roomId);
                await session.ExecuteAsync("COMMIT");
                return state;
            },
            cancellationToken);
    }

    public async ValueTask<IReadOnlyList<RoomId>> ReadRoomIdsAsync(RoomId? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT room_id FROM rooms WHERE room_id > $1 AND NOT deleted ORDER BY room_id LIMIT $2",
                static row => RoomId.Parse(row.Text(0)), after?.Value ?? "", (long)limit),
            cancellationToken);

    public ValueTask<StoredEvent?> FindEventAsync(EventId eventId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync($"SELECT {EventRow.Columns} FROM events e WHERE e.event_id = $1", EventRow.Read, eventId.Value),
            cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> FindEventsAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        eventIds.Count == 0
            ? []
            : await database.ReadAsync(
                session => session.QueryAsync(
                    $"SELECT {EventRow.Columns} FROM events e WHERE e.event_id = ANY ($1)", EventRow.Read, Sql.Texts(eventIds.Select(static id => id.Value))),
                cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> FindByNumberAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync($"SELECT {EventRow.Columns} FROM events e WHERE e.number = ANY ($1)", EventRow.Read, Sql.Integers(numbers)),
            cancellationToken);

    public async ValueTask<EventId?> FindTransactionAsync(
        RoomId roomId, string type, SendingTransaction transaction, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(
            session => session.QueryFirstAsync(
                """
                SELECT position, event_id FROM events
                WHERE transaction_user = $1 AND transaction_device = $2 AND md5(transaction_id) = md5($3) AND transaction_id = $3
                  AND room_id = $4 AND type = $5
                """,
                static row => new SentEvent(row.Integer(0), EventId.Parse(row.Text(1))),
                transaction.UserId.Value, transaction.DeviceId.Value, transaction.TransactionId, roomId.Value, type),
            cancellationToken);
        // Of a commit whose outcome the writer does not know yet: to be acknowledged it must be seen by everyone.
        if (found is not null && !database.IsPublished(StreamKind.Events, found.Position))
            throw new StoreUnavailableException("The connection to the database is lost.", null);
        return found?.EventId;
    }

    static async Task<RoomState?> LoadAsync(PostgresSession session, RoomId roomId)
    {
        var room = await session.QueryFirstAsync(
            "SELECT version, creator, is_public, forward_extremities, number, state_root FROM rooms WHERE room_id = $1 AND NOT deleted",
            row => new RoomRow(
                new RoomRecord(roomId, row.Text(0), UserId.Parse(row.Text(1)), row.Flag(2)) { Number = row.Integer(4) },
                row.Text(3), row.IsNull(5) ? null : new StateNodeHash(row.Bytes(5))),
            roomId.Value);
        if (room is null)
            return null;

        var recent = await session.QueryAsync(
            $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = $1 ORDER BY e.position DESC LIMIT $2",
            EventRow.Read, roomId.Value, (long)RoomState.RecentEvents);
        recent.Reverse();

        // An event that is both recent and state is one object, so that what is derived from it is derived once.
        var shared = recent.ToDictionary(static entry => entry.Position);
        var state = (await session.QueryAsync(StateAtSql, EventRow.Read, roomId.Value, long.MaxValue))
            .ConvertAll(entry => shared.GetValueOrDefault(entry.Position, entry));
        EventId[] extremities = [.. room.ForwardExtremities.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(EventId.Parse)];
        return new RoomState(room.Record, state, extremities, recent) { StateRoot = room.StateRoot };
    }

    sealed record RoomRow(RoomRecord Record, string ForwardExtremities, StateNodeHash? StateRoot);

    sealed record SentEvent(long Position, EventId EventId);
}
