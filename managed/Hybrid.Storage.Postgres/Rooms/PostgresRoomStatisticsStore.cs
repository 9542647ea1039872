using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>Lists and sizes of all rooms, counted when asked for.</summary>
public sealed class PostgresRoomStatisticsStore(PostgresDatabase database) : IRoomStatisticsStore
{
    const string RoomsSql = """
        SELECT r.room_id, r.version, r.creator, r.is_public, r.number, COALESCE(m.joined, 0), COALESCE(m.local, 0), COALESCE(s.entries, 0)
        FROM rooms r
        LEFT JOIN (
            SELECT b.room_id, COUNT(*) AS joined, COUNT(*) FILTER (WHERE substr(b.user_id, strpos(b.user_id, ':') + 1) = $1) AS local
            FROM memberships b JOIN membership_changes c ON c.user_id = b.user_id AND c.room_id = b.room_id AND c.position = b.position
            WHERE c.membership = 'join' GROUP BY b.room_id
        ) m ON m.room_id = r.room_id
        LEFT JOIN (
            SELECT room_id, COUNT(event_number) AS entries FROM (
                SELECT DISTINCT ON (room_id, type, state_key) room_id, event_number FROM state_changes
                ORDER BY room_id DESC, type DESC, state_key DESC, position DESC) keys
            GROUP BY room_id
        ) s ON s.room_id = r.room_id
        WHERE NOT r.deleted ORDER BY r.room_id
        """;

    const string DescriptionsSql = $"""
        SELECT {EventRow.Columns}
        FROM unnest($1) AS wanted (type)
        JOIN rooms r ON NOT r.deleted
        JOIN events e ON e.number = (
            SELECT s.event_number FROM state_changes s WHERE s.room_id = r.room_id AND s.type = wanted.type AND s.state_key = '' ORDER BY s.position DESC LIMIT 1)
        """;

    static readonly string[] DescriptiveTypes =
    [
        "m.room.create", "m.room.name", "m.room.canonical_alias", "m.room.encryption", "m.room.join_rules", "m.room.guest_access",
        "m.room.history_visibility",
    ];

    public async ValueTask<IReadOnlyList<RoomOverview>> ReadRoomsAsync(ServerName local, CancellationToken cancellationToken)
    {
        var rooms = await database.ReadAsync(
            session => session.QueryAsync(
                RoomsSql,
                static row => new RoomOverview(
                    new RoomRecord(RoomId.Parse(row.Text(0)), row.Text(1), UserId.Parse(row.Text(2)), row.Flag(3)) { Number = row.Integer(4) },
                    row.Integer(5), row.Integer(6), row.Integer(7)),
                local.Value),
            cancellationToken);
        var descriptions = (await database.ReadAsync(
                static session => session.QueryAsync(DescriptionsSql, EventRow.Read, Sql.Texts(DescriptiveTypes)), cancellationToken))
            .ToLookup(static stored => stored.RoomId);
        return rooms.ConvertAll(room => room with
        {
            Description = descriptions[room.Room.RoomId].ToDictionary(static stored => stored.Type),
        });
    }

    public async ValueTask<IReadOnlyList<RoomSize>> ReadLargestRoomsAsync(int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT r.room_id, (COALESCE(e.bytes, 0) + COALESCE(n.bytes, 0))::bigint AS bytes FROM rooms r
                LEFT JOIN (SELECT room_id, SUM(length(json)) AS bytes FROM events GROUP BY room_id) e ON e.room_id = r.room_id
                LEFT JOIN (SELECT room, SUM(length(bytes)) AS bytes FROM state_nodes GROUP BY room) n ON n.room = r.number
                WHERE NOT r.deleted ORDER BY bytes DESC, r.room_id LIMIT $1
                """,
                static row => new RoomSize(RoomId.Parse(row.Text(0)), row.Integer(1)), (long)limit),
            cancellationToken);

    public async ValueTask<IReadOnlyList<TableSize>> ReadTableSizesAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static async session =>
            {
                var tables = await session.QueryAsync(
                    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname",
                    static row => row.Text(0));
                var sizes = new List<TableSize>();
                foreach (var table in tables)
                {
                    // The text differs from table to table and not otherwise, so that the connection keeps a bounded number of statements.
                    sizes.Add((await session.QueryFirstAsync(
                        $"SELECT COUNT(*), COALESCE(SUM(pg_column_size(t.*)), 0)::bigint FROM \"{table}\" t",
                        row => new TableSize(table, row.Integer(1), row.Integer(0))))!);
                }

                return sizes.OrderByDescending(static size => size.Bytes).ThenBy(static size => size.Name, StringComparer.Ordinal).ToList();
            },
            cancellationToken);
}
