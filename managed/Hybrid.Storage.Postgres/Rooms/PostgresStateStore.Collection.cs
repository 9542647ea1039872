using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.State;

namespace Hybrid.Storage.Postgres.Rooms;

/// <content>Which nodes there are, and which are of no use.</content>
public sealed partial class PostgresStateStore
{
    public async ValueTask<IReadOnlyList<StateNodeHash>> ReadMapsAsync(RoomId roomId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT map FROM (
                    SELECT state_before AS map, MIN(position) AS first FROM events WHERE room_id = $1 AND state_before IS NOT NULL GROUP BY state_before
                    UNION ALL SELECT state_root, 9223372036854775807 FROM rooms WHERE room_id = $1 AND state_root IS NOT NULL) maps
                GROUP BY map ORDER BY MIN(first)
                """,
                static row => new StateNodeHash(row.Bytes(0)), roomId.Value),
            cancellationToken);

    public async ValueTask<IReadOnlyList<NodeRecord>> ReadNodeListAsync(long room, StateNodeHash? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT hash, quarantined_ts IS NOT NULL FROM state_nodes WHERE room = $1 AND hash > $2 ORDER BY hash LIMIT $3",
                static row => new NodeRecord(new StateNodeHash(row.Bytes(0)), row.Flag(1)), room, after?.ToArray() ?? [], (long)limit),
            cancellationToken);

    public ValueTask QuarantineAsync(
        long room, IReadOnlyCollection<StateNodeHash> apart, IReadOnlyCollection<StateNodeHash> back, long timestamp, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                writer.Session.Defer(
                    "UPDATE state_nodes SET quarantined_ts = $3 WHERE room = $1 AND hash = ANY ($2)", room, Sql.Hashes(apart), timestamp);
                await writer.Session.ExecuteAsync(
                    "UPDATE state_nodes SET quarantined_ts = NULL WHERE room = $1 AND hash = ANY ($2)", room, Sql.Hashes(back));
            },
            cancellationToken);

    public ValueTask<int> DeleteQuarantinedAsync(long room, long before, int limit, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            """
            DELETE FROM state_nodes WHERE room = $1 AND hash IN (
                SELECT hash FROM state_nodes WHERE room = $1 AND quarantined_ts < $2 LIMIT $3)
            """,
            [room, before, (long)limit], cancellationToken);

    public async ValueTask<IReadOnlyList<RoomId>> ReadRoomsInQuarantineAsync(long before, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT room_id FROM rooms WHERE number IN (SELECT room FROM state_nodes WHERE quarantined_ts < $1)",
                static row => RoomId.Parse(row.Text(0)), before),
            cancellationToken);
}
