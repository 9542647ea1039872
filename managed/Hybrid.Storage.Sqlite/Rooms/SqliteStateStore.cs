using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.State;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <summary>The nodes of state maps, and the numbers of names.</summary>
public sealed partial class SqliteStateStore(SqliteDatabase database) : IStateStore
{
    public ValueTask<IReadOnlyList<StateNode>> ReadNodesAsync(long room, IReadOnlyList<StateNodeHash> hashes, CancellationToken cancellationToken) =>
        new(database.Read(session =>
        {
            // Mostly one node of a path is wanted at a time, and no list of blobs can be a parameter.
            var nodes = new List<StateNode>(hashes.Count);
            foreach (var hash in hashes)
            {
                if (session.QueryFirst("SELECT bytes FROM state_nodes WHERE room = ?1 AND hash = ?2", static row => row.GetFieldValue<byte[]>(0), room, hash.ToArray()) is { } bytes)
                    nodes.Add(new StateNode(hash, bytes));
            }

            return nodes;
        }));

    public ValueTask<IReadOnlyList<StateName>> FindNamesAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        new(names.Count == 0
            ? []
            : database.Read(session => session.Query(
                "SELECT n.name, n.number FROM json_each(?1) wanted JOIN state_names n ON n.name = wanted.value",
                static row => new StateName(row.GetString(0), row.GetInt64(1)), JsonList.Of(names))));

    public ValueTask<StateNumbers> ReadNumbersAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => new StateNumbers(
            session.QueryInteger("SELECT MAX(number) FROM events") ?? 0, session.QueryInteger("SELECT MAX(number) FROM state_names") ?? 0)));

    public ValueTask PlaceAsync(RoomId roomId, IReadOnlyCollection<StatePlace> places, StateAddition state, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                foreach (var place in places)
                    writer.Session.Execute("UPDATE events SET state_before = ?2 WHERE number = ?1", place.Number, place.Before.ToArray());
                writer.Session.Execute("UPDATE rooms SET state_root = ?2 WHERE room_id = ?1", roomId.Value, state.Root.ToArray());
                Add(writer.Session, roomId, state);
            },
            cancellationToken);

    /// <summary>Stores what a state map needs. A node that was thought to be of no use any more is of use again.</summary>
    internal static void Add(SqliteSession session, RoomId roomId, StateAddition state)
    {
        foreach (var name in state.Names)
            session.Execute("INSERT INTO state_names (number, name) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING", name.Number, name.Name);
        foreach (var node in state.Nodes)
        {
            session.Execute(
                """
                INSERT INTO state_nodes (room, hash, bytes) SELECT number, ?2, ?3 FROM rooms WHERE room_id = ?1
                ON CONFLICT (room, hash) DO UPDATE SET quarantined_ts = NULL
                """,
                roomId.Value, node.Hash.ToArray(), EventRow.Bytes(node.Bytes));
        }
    }
}
