using Hybrid.Primitives;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Hybrid.Storage.ToDevice;

namespace Hybrid.Storage.Sqlite.ToDevice;

/// <inheritdoc cref="IToDeviceStore"/>
public sealed class SqliteToDeviceStore(SqliteDatabase database) : IToDeviceStore
{
    // A device that lets this many pile up will not come back; one sender must not fill the disk through it.
    const int MaxInbox = 50_000;

    // As long as clients can be expected to repeat a request whose answer was lost.
    static readonly TimeSpan TransactionLifetime = TimeSpan.FromHours(24);

    // As long as another server can be expected to send again what it does not know to have arrived.
    static readonly TimeSpan ReceivedLifetime = TimeSpan.FromDays(30);

    public ValueTask<IReadOnlyList<ToDeviceMessage>> ReadAsync(
        UserId userId, DeviceId deviceId, long after, long upTo, int limit, CancellationToken cancellationToken)
    {
        if (upTo <= after || limit <= 0)
            return new([]);

        return new(database.Read(session => session.Query(
            """
            SELECT position, sender, type, content FROM to_device_messages
            WHERE user_id = ?1 AND device_id = ?2 AND position > ?3 AND position <= ?4
            ORDER BY position LIMIT ?5
            """,
            static row => new ToDeviceMessage(row.GetInt64(0), UserId.Parse(row.GetString(1)), row.GetString(2), row.GetFieldValue<byte[]>(3)),
            userId.Value, deviceId.Value, after, upTo, limit)));
    }

    public async ValueTask DeleteUpToAsync(UserId userId, DeviceId deviceId, long position, CancellationToken cancellationToken)
    {
        // Nearly every sync acknowledges nothing: it must not wait for a commit to learn that.
        var waiting = database.Read(session => session.QueryInteger(
            "SELECT 1 FROM to_device_messages WHERE user_id = ?1 AND device_id = ?2 AND position <= ?3 LIMIT 1",
            userId.Value, deviceId.Value, position));
        if (waiting is null)
            return;

        await database.WriteAsync(
            writer => writer.Session.Execute(
                "DELETE FROM to_device_messages WHERE user_id = ?1 AND device_id = ?2 AND position <= ?3",
                userId.Value, deviceId.Value, position),
            cancellationToken);
    }

    public ValueTask<bool> TryDeliverAsync(ToDeviceBatch batch, IReadOnlyList<OutgoingToDevice> outgoing, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => TryDeliver(writer, batch, outgoing), cancellationToken);

    public ValueTask<bool> TryReceiveAsync(ServerName origin, ToDeviceBatch batch, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => TryReceive(writer, origin, batch), cancellationToken);

    static bool TryReceive(SqliteWriter writer, ServerName origin, ToDeviceBatch batch)
    {
        writer.Session.Execute(
            "DELETE FROM to_device_received WHERE received_at < ?1", (batch.SentAt - ReceivedLifetime).ToUnixTimeMilliseconds());
        var isNew = writer.Session.Execute(
            "INSERT OR IGNORE INTO to_device_received (origin, message_id, received_at) VALUES (?1, ?2, ?3)",
            origin.Value, batch.TransactionId, batch.SentAt.ToUnixTimeMilliseconds()) == 1;
        if (isNew)
            Deliver(writer, batch);
        return isNew;
    }

    static bool TryDeliver(SqliteWriter writer, ToDeviceBatch batch, IReadOnlyList<OutgoingToDevice> outgoing)
    {
        var session = writer.Session;
        session.Execute(
            "DELETE FROM to_device_transactions WHERE sent_at < ?1", (batch.SentAt - TransactionLifetime).ToUnixTimeMilliseconds());
        var isNew = session.Execute(
            "INSERT OR IGNORE INTO to_device_transactions (user_id, device_id, type, transaction_id, sent_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            batch.Sender.Value, batch.SenderDevice?.Value ?? "", batch.Type, batch.TransactionId, batch.SentAt.ToUnixTimeMilliseconds()) == 1;
        if (!isNew)
            return false;

        SqliteToDeviceOutboxStore.Add(session, outgoing);
        Deliver(writer, batch);
        return true;
    }

    static void Deliver(SqliteWriter writer, ToDeviceBatch batch)
    {
        var session = writer.Session;
        foreach (var ofUser in batch.Deliveries.GroupBy(static delivery => delivery.UserId))
        {
            var devices = session.Query("SELECT device_id FROM devices WHERE user_id = ?1", static row => row.GetString(0), ofUser.Key.Value);
            var position = 0L;
            foreach (var delivery in ofUser)
            {
                foreach (var device in devices)
                {
                    if ((delivery.DeviceId is null || delivery.DeviceId.Value.Value == device) && !IsFull(session, ofUser.Key, device))
                        position = Deliver(writer, batch, ofUser.Key, device, delivery.Content);
                }
            }

            // One notice for all devices: it says that the stream can be read up to the user's last message.
            if (position > 0)
                writer.Notify(new StreamNotice(StreamKind.ToDevice, position) { User = ofUser.Key });
        }
    }

    static long Deliver(SqliteWriter writer, ToDeviceBatch batch, UserId userId, string device, ReadOnlyMemory<byte> content)
    {
        var position = writer.NextPosition(StreamKind.ToDevice);
        writer.Session.Execute(
            "INSERT INTO to_device_messages (position, user_id, device_id, sender, type, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            position, userId.Value, device, batch.Sender.Value, batch.Type, content.ToArray());
        return position;
    }

    static bool IsFull(SqliteSession session, UserId userId, string device) =>
        session.QueryInteger(
            "SELECT 1 FROM to_device_messages WHERE user_id = ?1 AND device_id = ?2 ORDER BY position LIMIT 1 OFFSET ?3",
            userId.Value, device, MaxInbox - 1L) is not null;
}
