using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <content>State now and in the past: of each key, the latest change at or before a position.</content>
public sealed partial class PostgresRoomStore
{
    const string StateAtSql = $"""
        SELECT {EventRow.Columns}
        FROM (SELECT MAX(position) AS latest FROM state_changes WHERE room_id = $1 AND position <= $2 GROUP BY type, state_key) s
        JOIN events e ON e.position = s.latest
        """;

    public async ValueTask<IReadOnlyList<StateChange>> ReadStateChangesAsync(RoomId roomId, long after, long upTo, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                $"""
                SELECT {EventRow.Columns} FROM state_changes s JOIN events e ON e.position = s.position
                WHERE s.room_id = $1 AND s.position > $2 AND s.position <= $3 ORDER BY s.position
                """,
                static row => Change(EventRow.Read(row)), roomId.Value, after, upTo),
            cancellationToken);

    public async ValueTask<IReadOnlyList<StoredEvent>> ReadStateAtAsync(RoomId roomId, long position, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => session.QueryAsync(StateAtSql, EventRow.Read, roomId.Value, position), cancellationToken);

    public ValueTask<StoredEvent?> ReadStateEntryAtAsync(
        RoomId roomId, string type, string stateKey, long position, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                $"""
                SELECT {EventRow.Columns} FROM state_changes s JOIN events e ON e.position = s.position
                WHERE s.room_id = $1 AND s.type = $2 AND s.state_key = $3 AND s.position <= $4 ORDER BY s.position DESC LIMIT 1
                """,
                EventRow.Read, roomId.Value, type, stateKey, position),
            cancellationToken);

    static StateChange Change(StoredEvent entry) => new(entry.Position, entry);
}
