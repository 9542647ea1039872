using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>The rows of several appends, table by table. Where a later row takes the place of an earlier one, only the later is written.</summary>
sealed class AppendRows
{
    readonly List<(RoomRecord Room, string Extremities, StateNodeHash Root, bool Branches)> _newRooms = [];
    readonly Dictionary<RoomId, (string Extremities, StateNodeHash Root, bool Branches)> _rooms = [];
    readonly EventRows _events = new();
    readonly List<(RoomId Room, StateEffect Change)> _state = [];
    readonly List<(RoomId Room, AppendedMembership Brought)> _members = [];
    readonly Dictionary<(UserId, RoomId), long> _memberships = [];
    readonly Dictionary<EventId, AppliedRedaction> _redactions = [];
    readonly List<AliasRecord> _aliases = [];
    readonly Dictionary<(RoomId Room, EventId Event), bool> _gaps = [];
    readonly Dictionary<RoomId, PartialState?> _partial = [];
    readonly Dictionary<EventId, StateNodeHash> _corrections = [];
    readonly StateRows _maps = new();

    public void Add(RoomAppend append)
    {
        var extremities = string.Join(' ', append.ForwardExtremities);
        var branches = AppendedState.Branches(append);
        if (append.NewRoom is { } room)
            _newRooms.Add((room, extremities, append.State.Root, branches));
        else
            _rooms[append.RoomId] = (extremities, append.State.Root, branches || _rooms.GetValueOrDefault(append.RoomId).Branches);
        _maps.Add(append.RoomId, append.State);
        _events.Add(append);
        foreach (var change in AppendedState.Changes(append))
            Add(append.RoomId, change);
        foreach (var gap in append.NewGaps)
            _gaps[(append.RoomId, gap)] = true;
        foreach (var gap in append.ClosedGaps)
            _gaps[(append.RoomId, gap)] = false;
        if (append.BeginsPartial is not null || append.EndsPartial)
            _partial[append.RoomId] = append.BeginsPartial;
        foreach (var (stored, stateBefore) in append.Corrections)
            _corrections[stored.EventId] = stateBefore;
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
                INSERT INTO rooms (room_id, version, creator, is_public, forward_extremities, number, state_root, branched)
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
                """,
                Sql.Texts(_newRooms.Select(static row => row.Room.RoomId.Value)),
                Sql.Texts(_newRooms.Select(static row => row.Room.Version)),
                Sql.Texts(_newRooms.Select(static row => row.Room.Creator.Value)),
                Sql.Flags(_newRooms.Select(static row => row.Room.IsPublic)),
                Sql.Texts(_newRooms.Select(static row => row.Extremities)),
                Sql.Integers(_newRooms.Select(static row => row.Room.Number)),
                Sql.Hashes(_newRooms.Select(static row => row.Root)),
                Sql.Flags(_newRooms.Select(static row => row.Branches)));
        }

        if (_rooms.Count > 0)
        {
            session.Defer(
                """
                UPDATE rooms r SET forward_extremities = n.extremities, state_root = n.root, branched = r.branched OR n.branches
                FROM unnest($1, $2, $3, $4) AS n (room_id, extremities, root, branches) WHERE r.room_id = n.room_id
                """,
                Sql.Texts(_rooms.Keys.Select(static id => id.Value)),
                Sql.Texts(_rooms.Values.Select(static row => row.Extremities)),
                Sql.Hashes(_rooms.Values.Select(static row => row.Root)),
                Sql.Flags(_rooms.Values.Select(static row => row.Branches)));
        }

        _maps.Write(session);
        _events.Write(session);
        WriteState(session);
        WriteGaps(session);
        WritePartial(session);
        WriteRedactions(session);
        WriteAliases(session);
    }

    void Add(RoomId roomId, StateEffect change)
    {
        _state.Add((roomId, change));
        if (AppendedState.Membership(change) is not { } brought)
            return;

        _members.Add((roomId, brought));
        _memberships[(brought.Member, roomId)] = brought.At.Position;
    }

    void WriteState(PostgresSession session)
    {
        if (_state.Count > 0)
        {
            session.Defer(
                "INSERT INTO state_changes (room_id, type, state_key, position, event_number) SELECT * FROM unnest($1, $2, $3, $4, $5)",
                Sql.Texts(_state.Select(static row => row.Room.Value)),
                Sql.Texts(_state.Select(static row => row.Change.Key.Type)),
                Sql.Texts(_state.Select(static row => row.Change.Key.Key)),
                Sql.Integers(_state.Select(static row => row.Change.At.Position)),
                Sql.OptionalIntegers(_state.Select(static row => row.Change.Value?.Number)));
        }

        if (_members.Count == 0)
            return;

        session.Defer(
            """
            INSERT INTO membership_changes (user_id, room_id, position, membership, event_id, sender)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
            """,
            Sql.Texts(_members.Select(static row => row.Brought.Member.Value)),
            Sql.Texts(_members.Select(static row => row.Room.Value)),
            Sql.Integers(_members.Select(static row => row.Brought.At.Position)),
            Sql.Texts(_members.Select(static row => row.Brought.Membership)),
            Sql.Texts(_members.Select(static row => row.Brought.Source.EventId.Value)),
            Sql.Texts(_members.Select(static row => row.Brought.Source.Sender.Value)));
        session.Defer(
            """
            INSERT INTO memberships (user_id, room_id, position) SELECT * FROM unnest($1, $2, $3)
            ON CONFLICT (user_id, room_id) DO UPDATE SET position = excluded.position, forgotten = false
            """,
            Sql.Texts(_memberships.Keys.Select(static key => key.Item1.Value)),
            Sql.Texts(_memberships.Keys.Select(static key => key.Item2.Value)),
            Sql.Integers(_memberships.Values));
    }

    void WriteGaps(PostgresSession session)
    {
        if (_gaps.Count == 0)
            return;

        session.Defer(
            """
            INSERT INTO room_gaps (room_id, event_id) SELECT n.room_id, n.event_id FROM unnest($1, $2, $3) AS n (room_id, event_id, open) WHERE n.open
            ON CONFLICT DO NOTHING
            """,
            Sql.Texts(_gaps.Keys.Select(static key => key.Room.Value)), Sql.Texts(_gaps.Keys.Select(static key => key.Event.Value)), Sql.Flags(_gaps.Values));
        session.Defer(
            """
            DELETE FROM room_gaps g USING unnest($1, $2, $3) AS n (room_id, event_id, open)
            WHERE NOT n.open AND g.room_id = n.room_id AND g.event_id = n.event_id
            """,
            Sql.Texts(_gaps.Keys.Select(static key => key.Room.Value)), Sql.Texts(_gaps.Keys.Select(static key => key.Event.Value)), Sql.Flags(_gaps.Values));
    }

    void WritePartial(PostgresSession session)
    {
        if (_partial.Count > 0)
        {
            session.Defer(
                """
                UPDATE rooms r SET partial_join = n.partial_join, partial_servers = n.servers
                FROM unnest($1, $2, $3) AS n (room_id, partial_join, servers) WHERE r.room_id = n.room_id
                """,
                Sql.Texts(_partial.Keys.Select(static id => id.Value)),
                Sql.Texts(_partial.Values.Select(static partial => partial?.Join.Value)),
                Sql.Texts(_partial.Values.Select(static partial => partial is null ? null : string.Join(' ', partial.Servers))));
        }

        if (_corrections.Count > 0)
        {
            session.Defer(
                "UPDATE events e SET state_before = n.state_before FROM unnest($1, $2) AS n (event_id, state_before) WHERE e.event_id = n.event_id",
                Sql.Texts(_corrections.Keys.Select(static id => id.Value)), Sql.Hashes(_corrections.Values));
        }
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
