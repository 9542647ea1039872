using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>The rows of several appends, table by table. Where a later row takes the place of an earlier one, only the later is written.</summary>
sealed class AppendRows
{
    readonly List<(RoomRecord Room, string Extremities, StateNodeHash Root)> _newRooms = [];
    readonly Dictionary<RoomId, (string Extremities, StateNodeHash Root)> _rooms = [];
    readonly List<StoredEvent> _events = [];
    readonly List<StoredEvent> _state = [];
    readonly List<(UserId User, StoredEvent Event)> _members = [];
    readonly Dictionary<(UserId, RoomId), long> _memberships = [];
    readonly Dictionary<EventId, AppliedRedaction> _redactions = [];
    readonly List<AliasRecord> _aliases = [];
    readonly StateRows _maps = new();

    public void Add(RoomAppend append)
    {
        var extremities = string.Join(' ', append.ForwardExtremities);
        if (append.NewRoom is { } room)
            _newRooms.Add((room, extremities, append.State.Root));
        else
            _rooms[append.RoomId] = (extremities, append.State.Root);
        _maps.Add(append.RoomId, append.State);
        foreach (var entry in append.Events)
            Add(entry);
        foreach (var redaction in append.Redactions)
            _redactions[redaction.Target] = redaction;
        foreach (var alias in append.NewAliases)
            _aliases.Add(new AliasRecord(alias, append.RoomId, append.NewRoom?.Creator ?? append.Events[0].Sender));
    }

    /// <summary>Has the session write the rows with what comes next.</summary>
    public void Write(PostgresSession session)
    {
        if (_newRooms.Count > 0)
        {
            session.Defer(
                """
                INSERT INTO rooms (room_id, version, creator, is_public, forward_extremities, number, state_root)
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
                """,
                Sql.Texts(_newRooms.Select(static row => row.Room.RoomId.Value)),
                Sql.Texts(_newRooms.Select(static row => row.Room.Version)),
                Sql.Texts(_newRooms.Select(static row => row.Room.Creator.Value)),
                Sql.Flags(_newRooms.Select(static row => row.Room.IsPublic)),
                Sql.Texts(_newRooms.Select(static row => row.Extremities)),
                Sql.Integers(_newRooms.Select(static row => row.Room.Number)),
                Sql.Hashes(_newRooms.Select(static row => row.Root)));
        }

        if (_rooms.Count > 0)
        {
            session.Defer(
                """
                UPDATE rooms r SET forward_extremities = n.extremities, state_root = n.root
                FROM unnest($1, $2, $3) AS n (room_id, extremities, root) WHERE r.room_id = n.room_id
                """,
                Sql.Texts(_rooms.Keys.Select(static id => id.Value)),
                Sql.Texts(_rooms.Values.Select(static row => row.Extremities)),
                Sql.Hashes(_rooms.Values.Select(static row => row.Root)));
        }

        _maps.Write(session);
        WriteEvents(session);
        WriteState(session);
        WriteRedactions(session);
        WriteAliases(session);
    }

    void Add(StoredEvent entry)
    {
        _events.Add(entry);
        if (entry.StateKey is not { } stateKey)
            return;

        _state.Add(entry);
        if (entry is not { Type: "m.room.member", Membership: not null } || !UserId.TryParse(stateKey, out var member))
            return;

        _members.Add((member, entry));
        _memberships[(member, entry.RoomId)] = entry.Position;
    }

    void WriteEvents(PostgresSession session)
    {
        if (_events.Count == 0)
            return;

        // The event of a room that is not stored gets no room ID, and so is refused.
        session.Defer(
            """
            INSERT INTO events (position, event_id, room_id, type, state_key, sender, origin_server_ts, depth, json, replaces_state,
                redacted_by, redacts, relates_to, relation_type, membership, transaction_user, transaction_device, transaction_id,
                number, state_before)
            SELECT n.position, n.event_id, r.room_id, n.type, n.state_key, n.sender, n.origin_server_ts, n.depth, n.json, n.replaces_state,
                n.redacted_by, n.redacts, n.relates_to, n.relation_type, n.membership, n.transaction_user, n.transaction_device, n.transaction_id,
                n.number, n.state_before
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) AS n (
                position, event_id, room_id, type, state_key, sender, origin_server_ts, depth, json, replaces_state,
                redacted_by, redacts, relates_to, relation_type, membership, transaction_user, transaction_device, transaction_id,
                number, state_before)
            LEFT JOIN rooms r ON r.room_id = n.room_id
            """,
            Sql.Integers(_events.Select(static e => e.Position)),
            Sql.Texts(_events.Select(static e => e.EventId.Value)),
            Sql.Texts(_events.Select(static e => e.RoomId.Value)),
            Sql.Texts(_events.Select(static e => e.Type)),
            Sql.Texts(_events.Select(static e => e.StateKey)),
            Sql.Texts(_events.Select(static e => e.Sender.Value)),
            Sql.Integers(_events.Select(static e => e.OriginServerTs)),
            Sql.Integers(_events.Select(static e => e.Depth)),
            Sql.ByteArrays(_events.Select(static e => e.Json)),
            Sql.Texts(_events.Select(static e => e.ReplacesState?.Value)),
            Sql.Texts(_events.Select(static e => e.RedactedBy?.Value)),
            Sql.Texts(_events.Select(static e => e.Redacts?.Value)),
            Sql.Texts(_events.Select(static e => e.RelatesTo?.Value)),
            Sql.Texts(_events.Select(static e => e.RelationType)),
            Sql.Texts(_events.Select(static e => e.Membership)),
            Sql.Texts(_events.Select(static e => e.Transaction?.UserId.Value)),
            Sql.Texts(_events.Select(static e => e.Transaction?.DeviceId.Value)),
            Sql.Texts(_events.Select(static e => e.Transaction?.TransactionId)),
            Sql.Integers(_events.Select(static e => e.Number)),
            Sql.Hashes(_events.Select(static e => e.StateBefore)));
    }

    void WriteState(PostgresSession session)
    {
        if (_state.Count > 0)
        {
            session.Defer(
                "INSERT INTO state_changes (room_id, type, state_key, position) SELECT * FROM unnest($1, $2, $3, $4)",
                Sql.Texts(_state.Select(static e => e.RoomId.Value)),
                Sql.Texts(_state.Select(static e => e.Type)),
                Sql.Texts(_state.Select(static e => e.StateKey)),
                Sql.Integers(_state.Select(static e => e.Position)));
        }

        if (_members.Count == 0)
            return;

        session.Defer(
            """
            INSERT INTO membership_changes (user_id, room_id, position, membership, event_id, sender)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            """,
            Sql.Texts(_members.Select(static row => row.User.Value)),
            Sql.Texts(_members.Select(static row => row.Event.RoomId.Value)),
            Sql.Integers(_members.Select(static row => row.Event.Position)),
            Sql.Texts(_members.Select(static row => row.Event.Membership)),
            Sql.Texts(_members.Select(static row => row.Event.EventId.Value)),
            Sql.Texts(_members.Select(static row => row.Event.Sender.Value)));
        session.Defer(
            """
            INSERT INTO memberships (user_id, room_id, position) SELECT * FROM unnest($1, $2, $3)
            ON CONFLICT (user_id, room_id) DO UPDATE SET position = excluded.position, forgotten = false
            """,
            Sql.Texts(_memberships.Keys.Select(static key => key.Item1.Value)),
            Sql.Texts(_memberships.Keys.Select(static key => key.Item2.Value)),
            Sql.Integers(_memberships.Values));
    }

    // A redacted event relates to nothing any more, so no aggregation counts it.
    void WriteRedactions(PostgresSession session)
    {
        if (_redactions.Count == 0)
            return;

        session.Defer(
            """
            UPDATE events e SET json = r.json, redacted_by = r.redacted_by, relates_to = NULL, relation_type = NULL
            FROM unnest($1, $2, $3) AS r (event_id, json, redacted_by) WHERE e.event_id = r.event_id
            """,
            Sql.Texts(_redactions.Keys.Select(static id => id.Value)),
            Sql.ByteArrays(_redactions.Values.Select(static redaction => redaction.RedactedJson)),
            Sql.Texts(_redactions.Values.Select(static redaction => redaction.RedactedBy.Value)));
    }

    void WriteAliases(PostgresSession session)
    {
        if (_aliases.Count == 0)
            return;

        session.Defer(
            "INSERT INTO aliases (alias, room_id, creator) SELECT * FROM unnest($1, $2, $3)",
            Sql.Texts(_aliases.Select(static row => row.Alias.Value)),
            Sql.Texts(_aliases.Select(static row => row.RoomId.Value)),
            Sql.Texts(_aliases.Select(static row => row.Creator.Value)));
    }
}
