using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.State;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>What the state maps of several rooms need, table by table, each row once.</summary>
sealed class StateRows
{
    readonly Dictionary<string, long> _names = new(StringComparer.Ordinal);
    readonly Dictionary<(RoomId Room, StateNodeHash Hash), ReadOnlyMemory<byte>> _nodes = [];

    public void Add(RoomId roomId, StateAddition state)
    {
        foreach (var name in state.Names)
            _names[name.Name] = name.Number;
        foreach (var node in state.Nodes)
            _nodes[(roomId, node.Hash)] = node.Bytes;
    }

    /// <summary>Has the session write the rows with what comes next. A node that was thought to be of no use any more is of use again.</summary>
    public void Write(PostgresSession session)
    {
        if (_names.Count > 0)
        {
            session.Defer(
                "INSERT INTO state_names (number, name) SELECT * FROM unnest($1, $2) ON CONFLICT (name) DO NOTHING",
                Sql.Integers(_names.Values), Sql.Texts(_names.Keys));
        }

        if (_nodes.Count == 0)
            return;

        session.Defer(
            """
            INSERT INTO state_nodes AS s (room, hash, bytes)
            SELECT r.number, n.hash, n.bytes FROM unnest($1, $2, $3) AS n (room_id, hash, bytes) JOIN rooms r ON r.room_id = n.room_id
            ON CONFLICT (room, hash) DO UPDATE SET quarantined_ts = NULL WHERE s.quarantined_ts IS NOT NULL
            """,
            Sql.Texts(_nodes.Keys.Select(static key => key.Room.Value)),
            Sql.Hashes(_nodes.Keys.Select(static key => key.Hash)),
            Sql.ByteArrays(_nodes.Values));
    }
}
