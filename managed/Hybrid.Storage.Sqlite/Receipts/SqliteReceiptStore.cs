using Hybrid.Primitives;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Receipts;

/// <summary>Receipts in SQLite: table <c>receipts</c>.</summary>
public sealed class SqliteReceiptStore(SqliteDatabase database) : IReceiptStore
{
    public ValueTask<bool> TrySetAsync(Receipt receipt, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => TrySet(writer, receipt), cancellationToken);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => { writer.Session.Execute("DELETE FROM receipts WHERE user_id = ?1", userId.Value); }, cancellationToken);

    public ValueTask<IReadOnlyList<Receipt>> ReadRoomAsync(RoomId roomId, long after, long upTo, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Receipt>>(database.Read(session => session.Query(
            """
            SELECT room_id, user_id, type, thread_id, event_id, event_position, ts, position FROM receipts
            WHERE room_id = ?1 AND position > ?2 AND position <= ?3 ORDER BY position
            """,
            ReadReceipt, roomId.Value, after, upTo)));

    public ValueTask<IReadOnlyList<Receipt>> ReadUserAsync(RoomId roomId, UserId userId, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Receipt>>(database.Read(session => session.Query(
            """
            SELECT room_id, user_id, type, thread_id, event_id, event_position, ts, position FROM receipts
            WHERE room_id = ?1 AND user_id = ?2
            """,
            ReadReceipt, roomId.Value, userId.Value)));

    public ValueTask<IReadOnlyList<Receipt>> ReadChangesAsync(long after, long upTo, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Receipt>>(database.Read(session => session.Query(
            """
            SELECT room_id, user_id, type, thread_id, event_id, event_position, ts, position FROM receipts
            WHERE position > ?1 AND position <= ?2 ORDER BY position
            """,
            ReadReceipt, after, upTo)));

    static bool TrySet(SqliteWriter writer, Receipt receipt)
    {
        var thread = receipt.ThreadId ?? "";
        var known = writer.Session.QueryInteger(
            "SELECT event_position FROM receipts WHERE room_id = ?1 AND user_id = ?2 AND type = ?3 AND thread_id = ?4",
            receipt.RoomId.Value, receipt.UserId.Value, receipt.Type, thread);
        if (known >= receipt.EventPosition)
            return false;

        var position = writer.NextPosition(StreamKind.Receipts);
        writer.Session.Execute(
            """
            INSERT INTO receipts (room_id, user_id, type, thread_id, event_id, event_position, ts, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (room_id, user_id, type, thread_id) DO UPDATE SET
                event_id = excluded.event_id, event_position = excluded.event_position, ts = excluded.ts, position = excluded.position
            """,
            receipt.RoomId.Value, receipt.UserId.Value, receipt.Type, thread, receipt.EventId.Value, receipt.EventPosition, receipt.Timestamp, position);
        writer.Notify(new StreamNotice(StreamKind.Receipts, position)
        {
            User = receipt.UserId,
            Room = receipt.IsPrivate ? null : receipt.RoomId,
        });
        return true;
    }

    static Receipt ReadReceipt(SqliteDataReader row) => new(
        RoomId.Parse(row.GetString(0)),
        UserId.Parse(row.GetString(1)),
        row.GetString(2),
        row.GetString(3) is { Length: > 0 } thread ? thread : null,
        EventId.Parse(row.GetString(4)),
        row.GetInt64(5),
        row.GetInt64(6),
        row.GetInt64(7));
}
