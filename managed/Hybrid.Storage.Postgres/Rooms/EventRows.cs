using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;

namespace Hybrid.Storage.Postgres.Rooms;

/// <summary>The rows of <c>events</c> that several appends write.</summary>
sealed class EventRows
{
    readonly List<StoredEvent> _timeline = [];
    readonly Dictionary<EventId, StoredEvent> _aside = [];
    readonly HashSet<EventId> _maybeAside = [];

    public void Add(RoomAppend append)
    {
        foreach (var entry in AppendedState.MayBeAside(append))
            _maybeAside.Add(entry.EventId);
        foreach (var entry in append.Events.Concat(append.History))
        {
            _timeline.Add(entry);
            _aside.Remove(entry.EventId);
        }

        foreach (var entry in append.Aside)
            _aside[entry.EventId] = entry;
    }

    /// <summary>Has the session write the rows with what comes next.</summary>
    public void Write(PostgresSession session)
    {
        if (_maybeAside.Count > 0)
        {
            session.Defer(
                "DELETE FROM events WHERE event_id = ANY ($1) AND position <= " + EventRow.Aside, Sql.Texts(_maybeAside.Select(static id => id.Value)));
        }

        List<StoredEvent> events = [.. _timeline, .. _aside.Values];
        if (events.Count == 0)
            return;

        // The event of a room that is not stored gets no room ID, and so is refused. What is aside is related to nothing, and has no
        // state before it unless it was found.
        session.Defer(
            """
            INSERT INTO events (position, event_id, room_id, type, state_key, sender, origin_server_ts, depth, json, replaces_state,
                redacted_by, redacts, relates_to, relation_type, membership, transaction_user, transaction_device, transaction_id,
                number, state_before, standing)
            SELECT n.position, n.event_id, r.room_id, n.type, n.state_key, n.sender, n.origin_server_ts, n.depth, n.json, n.replaces_state,
                n.redacted_by, n.redacts, n.relates_to, n.relation_type, n.membership, n.transaction_user, n.transaction_device, n.transaction_id,
                n.number, n.state_before, n.standing
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) AS n (
                position, event_id, room_id, type, state_key, sender, origin_server_ts, depth, json, replaces_state,
                redacted_by, redacts, relates_to, relation_type, membership, transaction_user, transaction_device, transaction_id,
                number, state_before, standing)
            LEFT JOIN rooms r ON r.room_id = n.room_id
            """,
            Sql.Integers(events.Select(static e => e.Position)),
            Sql.Texts(events.Select(static e => e.EventId.Value)),
            Sql.Texts(events.Select(static e => e.RoomId.Value)),
            Sql.Texts(events.Select(static e => e.Type)),
            Sql.Texts(events.Select(static e => e.StateKey)),
            Sql.Texts(events.Select(static e => e.Sender.Value)),
            Sql.Integers(events.Select(static e => e.OriginServerTs)),
            Sql.Integers(events.Select(static e => e.Depth)),
            Sql.ByteArrays(events.Select(static e => e.Json)),
            Sql.Texts(events.Select(static e => e.ReplacesState?.Value)),
            Sql.Texts(events.Select(static e => e.RedactedBy?.Value)),
            Sql.Texts(events.Select(static e => e.IsInTimeline ? e.Redacts?.Value : null)),
            Sql.Texts(events.Select(static e => e.IsInTimeline ? e.RelatesTo?.Value : null)),
            Sql.Texts(events.Select(static e => e.IsInTimeline ? e.RelationType : null)),
            Sql.Texts(events.Select(static e => e.Membership)),
            Sql.Texts(events.Select(static e => e.IsInTimeline ? e.Transaction?.UserId.Value : null)),
            Sql.Texts(events.Select(static e => e.IsInTimeline ? e.Transaction?.DeviceId.Value : null)),
            Sql.Texts(events.Select(static e => e.IsInTimeline ? e.Transaction?.TransactionId : null)),
            Sql.Integers(events.Select(static e => e.Number)),
            Sql.OptionalHashes(events.Select(static e => e.IsInTimeline || !e.IsOutlier ? e.StateBefore : (StateNodeHash?)null)),
            Sql.Integers(events.Select(static e => (long)e.Standing)));
    }
}
