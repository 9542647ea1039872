using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>Lists and sizes of all rooms, counted when asked for.</summary>
public sealed class SqliteRoomStatisticsStore(SqliteDatabase database) : IRoomStatisticsStore
{
    const string RoomsSql = """
        SELECT r.room_id, r.version, r.creator, r.is_public, r.number, IFNULL(m.joined, 0), IFNULL(m.local, 0), IFNULL(s.entries, 0)
        FROM rooms r
        LEFT JOIN (
            SELECT b.room_id, COUNT(*) AS joined, SUM(substr(b.user_id, instr(b.user_id, ':') + 1) = ?1) AS local
            FROM memberships b JOIN membership_changes c ON c.user_id = b.user_id AND c.room_id = b.room_id AND c.position = b.position
            WHERE c.membership = 'join' GROUP BY b.room_id
        ) m ON m.room_id = r.room_id
        LEFT JOIN (
            SELECT room_id, COUNT(event_number) AS entries FROM (
                SELECT room_id, event_number, MAX(position) FROM state_changes GROUP BY room_id, type, state_key)
            GROUP BY room_id
        ) s ON s.room_id = r.room_id
        WHERE r.deleted = 0 ORDER BY r.room_id
        """;

    const string DescriptionsSql = $"""
        SELECT {EventRow.Columns}
        FROM json_each(?1) wanted
        JOIN rooms r ON r.deleted = 0
        JOIN events e ON e.number = (
            SELECT s.event_number FROM state_changes s WHERE s.room_id = r.room_id AND s.type = wanted.value AND s.state_key = '' ORDER BY s.position DESC LIMIT 1)
        """;

    static readonly string DescriptiveTypes = JsonList.Of(
    [
        "m.room.create", "m.room.name", "m.room.canonical_alias", "m.room.encryption", "m.room.join_rules", "m.room.guest_access",
        "m.room.history_visibility",
    ]);

    public ValueTask<IReadOnlyList<RoomOverview>> ReadRoomsAsync(ServerName local, CancellationToken cancellationToken)
    {
        var rooms = database.Read(session => session.Query(
            RoomsSql,
            static row => new RoomOverview(
                new RoomRecord(RoomId.Parse(row.GetString(0)), row.GetString(1), UserId.Parse(row.GetString(2)), row.GetInt64(3) != 0) { Number = row.GetInt64(4) },
                row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)),
            local.Value));
        var descriptions = database.Read(static session => session.Query(DescriptionsSql, EventRow.Read, DescriptiveTypes))
            .ToLookup(static stored => stored.RoomId);
        return new ValueTask<IReadOnlyList<RoomOverview>>(rooms.ConvertAll(room => room with
        {
            Description = descriptions[room.Room.RoomId].ToDictionary(static stored => stored.Type),
        }));
    }

    public ValueTask<IReadOnlyList<RoomSize>> ReadLargestRoomsAsync(int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            SELECT r.room_id, IFNULL(e.bytes, 0) + IFNULL(n.bytes, 0) AS bytes FROM rooms r
            LEFT JOIN (SELECT room_id, SUM(length(json)) AS bytes FROM events GROUP BY room_id) e ON e.room_id = r.room_id
            LEFT JOIN (SELECT room, SUM(length(bytes)) AS bytes FROM state_nodes GROUP BY room) n ON n.room = r.number
            WHERE r.deleted = 0 ORDER BY bytes DESC, r.room_id LIMIT ?1
            """,
            static row => new RoomSize(RoomId.Parse(row.GetString(0)), row.GetInt64(1)), (long)limit)));

    public ValueTask<IReadOnlyList<TableSize>> ReadTableSizesAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session =>
        {
            // Virtual tables have no rows of their own; those that they keep theirs in are tables too.
            var columns = session.Query(
                """
                SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
                WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY t.name
                """,
                static row => (Table: row.GetString(0), Column: row.GetString(1)));
            return columns.GroupBy(static entry => entry.Table, static entry => entry.Column)
                .Select(table => Measure(session, table.Key, [.. table]))
                .OrderByDescending(static size => size.Bytes).ThenBy(static size => size.Name, StringComparer.Ordinal).ToList();
        }));

    // The text differs from table to table and not otherwise, so that the session keeps a bounded number of statements.
    static TableSize Measure(SqliteSession session, string table, IReadOnlyList<string> columns)
    {
        var bytes = string.Join(" + ", columns.Select(static column => $"IFNULL(octet_length(\"{column}\"), 0)"));
        return session.QueryFirst(
            $"SELECT COUNT(*), IFNULL(SUM({bytes}), 0) FROM \"{table}\"", row => new TableSize(table, row.GetInt64(1), row.GetInt64(0)))!;
    }
}
