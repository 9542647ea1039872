using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <content>State now and in the past: of each key, the latest change at or before a position.</content>
public sealed partial class PostgresRoomStore
{
    // The order is that of the index, read backwards.
    const string StateAtSql = $"""
        SELECT {EventRow.Columns}, s.latest
        FROM (
            SELECT DISTINCT ON (type, state_key) position AS latest, event_number FROM state_changes WHERE room_id = $1 AND position <= $2
            ORDER BY type DESC, state_key DESC, position DESC) s
        JOIN events e ON e.number = s.event_number
        """;

    public async ValueTask<IReadOnlyList<StateChange>> ReadStateChangesAsync(RoomId roomId, long after, long upTo, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                $"""
                SELECT {EventRow.Columns}, s.position FROM state_changes s JOIN events e ON e.number = s.event_number
                WHERE s.room_id = $1 AND s.position > $2 AND s.position <= $3 ORDER BY s.position
                """,
                Change, roomId.Value, after, upTo),
            cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> ReadStateAtAsync(RoomId roomId, long position, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => session.QueryAsync(StateAtSql, EventRow.Read, roomId.Value, position), cancellationToken);

    public ValueTask<StoredEvent?> ReadStateEntryAtAsync(
        RoomId roomId, string type, string stateKey, long position, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                $"""
                SELECT {EventRow.Columns} FROM events e WHERE e.number = (
                    SELECT s.event_number FROM state_changes s
                    WHERE s.room_id = $1 AND s.type = $2 AND s.state_key = $3 AND s.position <= $4 ORDER BY s.position DESC LIMIT 1)
                """,
                EventRow.Read, roomId.Value, type, stateKey, position),
            cancellationToken);

    static StateChange Change(Row row) => new(row.Integer(EventRow.ColumnCount), EventRow.Read(row));
}
