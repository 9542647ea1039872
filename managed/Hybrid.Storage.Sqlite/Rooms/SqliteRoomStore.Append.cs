using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;

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
            foreach (var entry in append.Events)
                entry.Position = 0;
            throw;
        }
    }

    static void Append(SqliteWriter writer, RoomAppend append)
    {
        var session = writer.Session;
        StoreRoom(session, append);
        SqliteStateStore.Add(session, append.RoomId, append.State);
        foreach (var entry in append.Events)
        {
            if (entry.Transaction is { } transaction && FindTransaction(session, entry.RoomId, entry.Type, transaction) is { } earlier)
                throw new DuplicateTransactionException(earlier);

            entry.Position = writer.NextPosition(StreamKind.Events);
            StoreEvent(session, entry);
            if (entry.StateKey is { } stateKey)
                StoreState(session, entry, stateKey);
        }

        foreach (var redaction in append.Redactions)
            Redact(session, redaction);
        foreach (var alias in append.NewAliases)
            Claim(session, append, alias);
        if (append.Committed is { } committed)
            writer.AfterCommit(committed);
        foreach (var entry in append.Events)
            writer.Notify(new StreamNotice(StreamKind.Events, entry.Position) { Room = entry.RoomId, Event = entry });
    }

    static void StoreRoom(SqliteSession session, RoomAppend append)
    {
        var extremities = string.Join(' ', append.ForwardExtremities);
        var root = append.State.Root.ToArray();
        if (append.NewRoom is { } room)
        {
            session.Execute(
                "INSERT INTO rooms (room_id, version, creator, is_public, forward_extremities, number, state_root) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                room.RoomId.Value, room.Version, room.Creator.Value, room.IsPublic ? 1L : 0L, extremities, room.Number, root);
            return;
        }

        if (session.Execute("UPDATE rooms SET forward_extremities = ?2, state_root = ?3 WHERE room_id = ?1", append.RoomId.Value, extremities, root) == 0)
            throw new InvalidOperationException($"The room {append.RoomId} is not stored.");
    }

    static void StoreEvent(SqliteSession session, StoredEvent entry) => session.Execute(
        """
        INSERT INTO events (position, event_id, room_id, type, state_key, sender, origin_server_ts, depth, json, replaces_state,
            redacted_by, redacts, relates_to, relation_type, membership, transaction_user, transaction_device, transaction_id,
            number, state_before)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
        """,
        entry.Position, entry.EventId.Value, entry.RoomId.Value, entry.Type, entry.StateKey, entry.Sender.Value, entry.OriginServerTs,
        entry.Depth, EventRow.Bytes(entry.Json), entry.ReplacesState?.Value, entry.RedactedBy?.Value, entry.Redacts?.Value,
        entry.RelatesTo?.Value, entry.RelationType, entry.Membership, entry.Transaction?.UserId.Value,
        entry.Transaction?.DeviceId.Value, entry.Transaction?.TransactionId,
        entry.Number, entry.StateBefore.ToArray());

    static void StoreState(SqliteSession session, StoredEvent entry, string stateKey)
    {
        session.Execute(
            "INSERT INTO state_changes (room_id, type, state_key, position) VALUES (?1, ?2, ?3, ?4)",
            entry.RoomId.Value, entry.Type, stateKey, entry.Position);
        if (entry is not { Type: "m.room.member", Membership: { } membership } || !UserId.TryParse(stateKey, out var member))
            return;

        session.Execute(
            "INSERT INTO membership_changes (user_id, room_id, position, membership, event_id, sender) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            member.Value, entry.RoomId.Value, entry.Position, membership, entry.EventId.Value, entry.Sender.Value);
        session.Execute(
            """
            INSERT INTO memberships (user_id, room_id, position) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_id, room_id) DO UPDATE SET position = excluded.position, forgotten = 0
            """,
            member.Value, entry.RoomId.Value, entry.Position);
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
