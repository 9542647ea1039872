using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Streams;

namespace Hybrid.Storage.Postgres.Receipts;

/// <summary>Receipts in PostgreSQL: table <c>receipts</c>.</summary>
public sealed class PostgresReceiptStore(PostgresDatabase database) : IReceiptStore
{
    public ValueTask<bool> TrySetAsync(Receipt receipt, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => TrySetAsync(writer, receipt), cancellationToken);

    public async ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM receipts WHERE user_id = $1", [userId.Value], cancellationToken);

    public async ValueTask<IReadOnlyList<Receipt>> ReadRoomAsync(RoomId roomId, long after, long upTo, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT room_id, user_id, type, thread_id, event_id, event_position, ts, position FROM receipts
                WHERE room_id = $1 AND position > $2 AND position <= $3 ORDER BY position
                """,
                ReadReceipt, roomId.Value, after, upTo),
            cancellationToken);

    public async ValueTask<IReadOnlyList<Receipt>> ReadUserAsync(RoomId roomId, UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT room_id, user_id, type, thread_id, event_id, event_position, ts, position FROM receipts
                WHERE room_id = $1 AND user_id = $2
                """,
                ReadReceipt, roomId.Value, userId.Value),
            cancellationToken);

    public async ValueTask<IReadOnlyList<Receipt>> ReadChangesAsync(long after, long upTo, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT room_id, user_id, type, thread_id, event_id, event_position, ts, position FROM receipts
                WHERE position > $1 AND position <= $2 ORDER BY position
                """,
                ReadReceipt, after, upTo),
            cancellationToken);

    static async Task<bool> TrySetAsync(PostgresWriter writer, Receipt receipt)
    {
        var thread = receipt.ThreadId ?? "";
        var known = await writer.Session.QueryIntegerAsync(
            "SELECT event_position FROM receipts WHERE room_id = $1 AND user_id = $2 AND type = $3 AND thread_id = $4",
            receipt.RoomId.Value, receipt.UserId.Value, receipt.Type, thread);
        if (known >= receipt.EventPosition)
            return false;

        var position = writer.NextPosition(StreamKind.Receipts);
        writer.Session.Defer(
            """
            INSERT INTO receipts (room_id, user_id, type, thread_id, event_id, event_position, ts, position) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
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

    static Receipt ReadReceipt(Row row) => new(
        RoomId.Parse(row.Text(0)),
        UserId.Parse(row.Text(1)),
        row.Text(2),
        row.Text(3) is { Length: > 0 } thread ? thread : null,
        EventId.Parse(row.Text(4)),
        row.Integer(5),
        row.Integer(6),
        row.Integer(7));
}
