using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <content>State now and in the past: of each key, the latest change at or before a position.</content>
public sealed partial class SqliteRoomStore
{
    // Beside MAX, the other column is of the row that has it.
    const string StateAtSql = $"""
        SELECT {EventRow.Columns}, s.latest
        FROM (SELECT MAX(position) AS latest, event_number FROM state_changes WHERE room_id = ?1 AND position <= ?2 GROUP BY type, state_key) s
        JOIN events e ON e.number = s.event_number
        """;

    public ValueTask<IReadOnlyList<StateChange>> ReadStateChangesAsync(RoomId roomId, long after, long upTo, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            $"""
            SELECT {EventRow.Columns}, s.position FROM state_changes s JOIN events e ON e.number = s.event_number
            WHERE s.room_id = ?1 AND s.position > ?2 AND s.position <= ?3 ORDER BY s.position
            """,
            Change, roomId.Value, after, upTo)));

    public ValueTask<IReadOnlyList<StoredEvent>> ReadStateAtAsync(RoomId roomId, long position, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(StateAtSql, EventRow.Read, roomId.Value, position)));

    public ValueTask<StoredEvent?> ReadStateEntryAtAsync(
        RoomId roomId, string type, string stateKey, long position, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            $"""
            SELECT {EventRow.Columns} FROM events e WHERE e.number = (
                SELECT s.event_number FROM state_changes s
                WHERE s.room_id = ?1 AND s.type = ?2 AND s.state_key = ?3 AND s.position <= ?4 ORDER BY s.position DESC LIMIT 1)
            """,
            EventRow.Read, roomId.Value, type, stateKey, position)));

    static StateChange Change(SqliteDataReader row) => new(row.GetInt64(EventRow.ColumnCount), EventRow.Read(row));
}
