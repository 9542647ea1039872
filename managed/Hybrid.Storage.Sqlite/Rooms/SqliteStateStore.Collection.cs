using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.State;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <content>Which nodes there are, and which are of no use.</content>
public sealed partial class SqliteStateStore
{
    public ValueTask<IReadOnlyList<StateNodeHash>> ReadMapsAsync(RoomId roomId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            SELECT map FROM (
                SELECT state_before AS map, MIN(position) AS first FROM events WHERE room_id = ?1 AND state_before IS NOT NULL GROUP BY state_before
                UNION ALL SELECT state_root, 9223372036854775807 FROM rooms WHERE room_id = ?1 AND state_root IS NOT NULL)
            GROUP BY map ORDER BY MIN(first)
            """,
            static row => new StateNodeHash(row.GetFieldValue<byte[]>(0)), roomId.Value)));

    public ValueTask<IReadOnlyList<NodeRecord>> ReadNodeListAsync(long room, StateNodeHash? after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT hash, quarantined_ts IS NOT NULL FROM state_nodes WHERE room = ?1 AND hash > ?2 ORDER BY hash LIMIT ?3",
            static row => new NodeRecord(new StateNodeHash(row.GetFieldValue<byte[]>(0)), row.GetInt64(1) != 0),
            room, after?.ToArray() ?? [], (long)limit)));

    public ValueTask QuarantineAsync(
        long room, IReadOnlyCollection<StateNodeHash> apart, IReadOnlyCollection<StateNodeHash> back, long timestamp, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                const string Sql = "UPDATE state_nodes SET quarantined_ts = ?3 WHERE room = ?1 AND hash = ?2";
                foreach (var hash in apart)
                    writer.Session.Execute(Sql, room, hash.ToArray(), timestamp);
                foreach (var hash in back)
                    writer.Session.Execute(Sql, room, hash.ToArray(), null);
            },
            cancellationToken);

    public ValueTask<int> DeleteQuarantinedAsync(long room, long before, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute(
                """
                DELETE FROM state_nodes WHERE rowid IN (
                    SELECT rowid FROM state_nodes WHERE room = ?1 AND quarantined_ts < ?2 LIMIT ?3)
                """,
                room, before, (long)limit),
            cancellationToken);

    public ValueTask<IReadOnlyList<RoomId>> ReadRoomsInQuarantineAsync(long before, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT room_id FROM rooms WHERE number IN (SELECT room FROM state_nodes WHERE quarantined_ts < ?1)",
            static row => RoomId.Parse(row.GetString(0)), before)));
}
