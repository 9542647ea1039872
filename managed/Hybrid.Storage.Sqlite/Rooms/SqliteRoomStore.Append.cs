using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Rooms;

/// <content>Appends: an event and everything derived from it go into the same commit.</content>
public sealed partial class SqliteRoomStore
{
    public async ValueTask AppendAsync(RoomAppend append, CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteAsync(writer => Append(writer, append), cancellationToken);
        }
        catch
        {
            // The positions will be given out again; none of these events has one.
            foreach (var entry in append.Events.Concat(append.History).Concat(append.Aside))
                entry.Position = 0;
            throw;
        }
    }

    static void Append(SqliteWriter writer, RoomAppend append)
    {
        var session = writer.Session;
        StoreRoom(session, append);
        SqliteStateStore.Add(session, append.RoomId, append.State);
        Promote(session, append);
        foreach (var entry in append.Events)
        {
            if (entry.Transaction is { } transaction && FindTransaction(session, entry.RoomId, entry.Type, transaction) is { } earlier)
                throw new DuplicateTransactionException(earlier);

            entry.Position = writer.NextPosition(StreamKind.Events);
            StoreEvent(session, entry);
        }

        if (append.Mark is { } mark)
            mark.Position = writer.NextPosition(StreamKind.Events);
        StoreBelow(session, append.History, "SELECT MIN(position) FROM events WHERE position > " + EventRow.Aside + " AND position < 0", 0);
        StoreBelow(session, append.Aside, "SELECT MIN(position) FROM events WHERE position <= " + EventRow.Aside, LogBand.Aside);
        foreach (var change in AppendedState.Changes(append))
            StoreState(session, append.RoomId, change);
        StoreGaps(session, append);
        StorePartial(session, append);
        foreach (var redaction in append.Redactions)
            Redact(session, redaction);
        foreach (var alias in append.NewAliases)
            Claim(session, append, alias);
        if (append.Committed is { } committed)
            writer.AfterCommit(committed);
        foreach (var notice in AppendedState.Notices(append))
            writer.Notify(notice);
    }

    static void StoreRoom(SqliteSession session, RoomAppend append)
    {
        var extremities = string.Join(' ', append.ForwardExtremities);
        var root = append.State.Root.ToArray();
        var branches = AppendedState.Branches(append) ? 1L : 0L;
        if (append.NewRoom is { } room)
        {
            session.Execute(
                """
                INSERT INTO rooms (room_id, version, creator, is_public, forward_extremities, number, state_root, branched)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                """,
                room.RoomId.Value, room.Version, room.Creator.Value, room.IsPublic ? 1L : 0L, extremities, room.Number, root, branches);
            return;
        }

        if (session.Execute(
            "UPDATE rooms SET forward_extremities = ?2, state_root = ?3, branched = branched | ?4 WHERE room_id = ?1",
            append.RoomId.Value, extremities, root, branches) == 0)
        {
            throw new InvalidOperationException($"The room {append.RoomId} is not stored.");
        }
    }

    // The unary plus keeps the range of positions from being searched, which is as large as what is aside.
    static void Promote(SqliteSession session, RoomAppend append)
    {
        EventId[] candidates = [.. AppendedState.MayBeAside(append).Select(static entry => entry.EventId)];
        if (candidates.Length > 0)
        {
            session.Execute(
                "DELETE FROM events WHERE event_id IN (SELECT value FROM json_each(?1)) AND +position <= " + EventRow.Aside, JsonList.Of(candidates));
        }
    }

    /// <summary>Stores events one below the other, from the lowest position of their band down.</summary>
    static void StoreBelow(SqliteSession session, IReadOnlyList<StoredEvent> events, string lowestSql, long top)
    {
        if (events.Count == 0)
            return;

        var position = session.QueryInteger(lowestSql) ?? top;
        foreach (var entry in events)
        {
            entry.Position = --position;
            StoreEvent(session, entry);
        }
    }

    static void StoreEvent(SqliteSession session, StoredEvent entry)
    {
        // What is aside is related to nothing, and has no state before it unless it was found.
        var shown = entry.IsInTimeline;
        session.Execute(
            """
            INSERT INTO events (position, event_id, room_id, type, state_key, sender, origin_server_ts, depth, json, replaces_state,
                redacted_by, redacts, relates_to, relation_type, membership, transaction_user, transaction_device, transaction_id,
                number, state_before, standing)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
            """,
            entry.Position, entry.EventId.Value, entry.RoomId.Value, entry.Type, entry.StateKey, entry.Sender.Value, entry.OriginServerTs,
            entry.Depth, EventRow.Bytes(entry.Json), entry.ReplacesState?.Value, entry.RedactedBy?.Value, shown ? entry.Redacts?.Value : null,
            shown ? entry.RelatesTo?.Value : null, shown ? entry.RelationType : null, entry.Membership,
            shown ? entry.Transaction?.UserId.Value : null, shown ? entry.Transaction?.DeviceId.Value : null,
            shown ? entry.Transaction?.TransactionId : null,
            entry.Number, shown || !entry.IsOutlier ? entry.StateBefore.ToArray() : null, (long)entry.Standing);
    }

    static void StoreState(SqliteSession session, RoomId roomId, StateEffect change)
    {
        session.Execute(
            "INSERT INTO state_changes (room_id, type, state_key, position, event_number) VALUES (?1, ?2, ?3, ?4, ?5)",
            roomId.Value, change.Key.Type, change.Key.Key, change.At.Position, change.Value?.Number);
        if (AppendedState.Membership(change) is not { } brought)
            return;

        session.Execute(
            "INSERT INTO membership_changes (user_id, room_id, position, membership, event_id, sender) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            brought.Member.Value, roomId.Value, brought.At.Position, brought.Membership, brought.Source.EventId.Value, brought.Source.Sender.Value);
        session.Execute(
            """
            INSERT INTO memberships (user_id, room_id, position) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_id, room_id) DO UPDATE SET position = excluded.position, forgotten = 0
            """,
            brought.Member.Value, roomId.Value, brought.At.Position);
    }

    static void StoreGaps(SqliteSession session, RoomAppend append)
    {
        foreach (var gap in append.NewGaps)
            session.Execute("INSERT INTO room_gaps (room_id, event_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING", append.RoomId.Value, gap.Value);
        foreach (var gap in append.ClosedGaps)
            session.Execute("DELETE FROM room_gaps WHERE room_id = ?1 AND event_id = ?2", append.RoomId.Value, gap.Value);
    }

    static void StorePartial(SqliteSession session, RoomAppend append)
    {
        if (append.BeginsPartial is not null || append.EndsPartial)
        {
            session.Execute(
                "UPDATE rooms SET partial_join = ?2, partial_servers = ?3 WHERE room_id = ?1",
                append.RoomId.Value, append.BeginsPartial?.Join.Value, append.BeginsPartial is { } partial ? string.Join(' ', partial.Servers) : null);
        }

        foreach (var (stored, stateBefore) in append.Corrections)
            session.Execute("UPDATE events SET state_before = ?2 WHERE event_id = ?1", stored.EventId.Value, stateBefore.ToArray());
    }

    // A redacted event relates to nothing any more, so no aggregation counts it.
    static void Redact(SqliteSession session, AppliedRedaction redaction) => session.Execute(
        "UPDATE events SET json = ?2, redacted_by = ?3, relates_to = NULL, relation_type = NULL WHERE event_id = ?1",
        redaction.Target.Value, EventRow.Bytes(redaction.RedactedJson), redaction.RedactedBy.Value);

    static void Claim(SqliteSession session, RoomAppend append, RoomAlias alias)
    {
        var creator = append.NewRoom?.Creator ?? append.Events[0].Sender;
        if (!SqliteAliasStore.TryAdd(session, new AliasRecord(alias, append.RoomId, creator)))
            throw new AliasTakenException(alias);
    }
}
