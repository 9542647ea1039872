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
                // One moment for all queries.
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
            session => session.QueryFirstAsync(
                $"SELECT {EventRow.Columns} FROM events e WHERE e.event_id = $1 AND {EventRow.InTimeline}", EventRow.Read, eventId.Value),
            cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> FindEventsAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        eventIds.Count == 0
            ? []
            : await database.ReadAsync(
                session => session.QueryAsync(
                    $"SELECT {EventRow.Columns} FROM events e WHERE e.event_id = ANY ($1) AND {EventRow.InTimeline}",
                    EventRow.Read, Sql.Texts(eventIds.Select(static id => id.Value))),
                cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> FindKnownAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        eventIds.Count == 0
            ? []
            : await database.ReadAsync(
                session => session.QueryAsync(
                    $"SELECT {EventRow.Columns} FROM events e WHERE e.event_id = ANY ($1)", EventRow.Read, Sql.Texts(eventIds.Select(static id => id.Value))),
                cancellationToken);

    public async ValueTask<IReadOnlyList<EventId>> FilterKnownAsync(IReadOnlyCollection<EventId> eventIds, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT event_id FROM events WHERE event_id = ANY ($1)", static row => EventId.Parse(row.Text(0)), Sql.Texts(eventIds.Select(static id => id.Value))),
            cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> FindRedactionsAsync(IReadOnlyCollection<EventId> targets, CancellationToken cancellationToken) =>
        targets.Count == 0
            ? []
            : await database.ReadAsync(
                session => session.QueryAsync(
                    $"""
                    SELECT {EventRow.Columns} FROM events e
                    WHERE e.redacts = ANY ($1) AND {EventRow.InTimeline} AND e.standing = 0 ORDER BY e.position
                    """,
                    EventRow.Read, Sql.Texts(targets.Select(static id => id.Value))),
                cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> FindByNumberAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => FindByNumberAsync(session, numbers), cancellationToken);

    public async ValueTask<IReadOnlyList<EventId>> ReadGapsAsync(RoomId roomId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT event_id FROM room_gaps WHERE room_id = $1", static row => EventId.Parse(row.Text(0)), roomId.Value),
            cancellationToken);

    public async ValueTask<IReadOnlyList<RoomId>> ReadPartialRoomsAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync(
                "SELECT room_id FROM rooms WHERE partial_join IS NOT NULL AND NOT deleted", static row => RoomId.Parse(row.Text(0))),
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
            """
            SELECT version, creator, is_public, forward_extremities, number, state_root, partial_join, partial_servers
            FROM rooms WHERE room_id = $1 AND NOT deleted
            """,
            row => new RoomRow(
                new RoomRecord(roomId, row.Text(0), UserId.Parse(row.Text(1)), row.Flag(2)) { Number = row.Integer(4) },
                row.Text(3), row.IsNull(5) ? null : new StateNodeHash(row.Bytes(5)),
                row.IsNull(6) ? null : new PartialState(EventId.Parse(row.Text(6)), Servers(row.Text(7)))),
            roomId.Value);
        if (room is null)
            return null;

        var recent = await session.QueryAsync(
            $"SELECT {EventRow.Columns} FROM events e WHERE e.room_id = $1 AND {EventRow.InTimeline} ORDER BY e.position DESC LIMIT $2",
            EventRow.Read, roomId.Value, (long)RoomState.RecentEvents);
        recent.Reverse();

        // An event that is both recent and state is one object, so that what is derived from it is derived once.
        var shared = recent.ToDictionary(static entry => entry.Number);
        var since = new Dictionary<EventId, long>();
        var state = new List<StoredEvent>();
        foreach (var (position, value) in await session.QueryAsync(StateAtSql, Change, roomId.Value, long.MaxValue))
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
            RecentChanges = recent.Count > 0 ? await ReadRecentChangesAsync(session, roomId, recent[0].Position, shared) : [],
            StateRoot = room.StateRoot,
            Partial = room.Partial,
        };
    }

    static ServerName[] Servers(string names) => [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ServerName.Parse)];

    static async Task<List<StateChange>> ReadRecentChangesAsync(
        PostgresSession session, RoomId roomId, long first, Dictionary<long, StoredEvent> known)
    {
        var changes = await session.QueryAsync(
            "SELECT position, event_number FROM state_changes WHERE room_id = $1 AND position >= $2 AND event_number IS NOT NULL ORDER BY position",
            static row => (Position: row.Integer(0), Number: row.Integer(1)), roomId.Value, first);
        long[] missing = [.. changes.Select(static change => change.Number).Where(number => !known.ContainsKey(number)).Distinct()];
        if (missing.Length > 0)
        {
            foreach (var entry in await FindByNumberAsync(session, missing))
                known[entry.Number] = entry;
        }

        // Damage to one event is for fsck to tell of, and no reason to keep the room shut.
        return [.. changes.Where(change => known.ContainsKey(change.Number)).Select(change => new StateChange(change.Position, known[change.Number]))];
    }

    static Task<List<StoredEvent>> FindByNumberAsync(PostgresSession session, IEnumerable<long> numbers) =>
        session.QueryAsync($"SELECT {EventRow.Columns} FROM events e WHERE e.number = ANY ($1)", EventRow.Read, Sql.Integers(numbers));

    sealed record RoomRow(RoomRecord Record, string ForwardExtremities, StateNodeHash? StateRoot, PartialState? Partial);

    sealed record SentEvent(long Position, EventId EventId);
}
