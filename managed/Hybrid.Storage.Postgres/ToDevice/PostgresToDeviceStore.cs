using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;
using Hybrid.Storage.ToDevice;

namespace Hybrid.Storage.Postgres.ToDevice;

/// <inheritdoc cref="IToDeviceStore"/>
public sealed class PostgresToDeviceStore(PostgresDatabase database) : IToDeviceStore
{
    // A device that lets this many pile up will not come back; one sender must not fill the disk through it.
    const long MaxInbox = 50_000;

    // As long as clients can be expected to repeat a request whose answer was lost.
    static readonly TimeSpan TransactionLifetime = TimeSpan.FromHours(24);

    // As long as another server can be expected to send again what it does not know to have arrived.
    static readonly TimeSpan ReceivedLifetime = TimeSpan.FromDays(30);

    public async ValueTask<IReadOnlyList<ToDeviceMessage>> ReadAsync(
        UserId userId, DeviceId deviceId, long after, long upTo, int limit, CancellationToken cancellationToken)
    {
        if (upTo <= after || limit <= 0)
            return [];

        return await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT position, sender, type, content FROM to_device_messages
                WHERE user_id = $1 AND device_id = $2 AND position > $3 AND position <= $4
                ORDER BY position LIMIT $5
                """,
                static row => new ToDeviceMessage(row.Integer(0), UserId.Parse(row.Text(1)), row.Text(2), row.Bytes(3)),
                userId.Value, deviceId.Value, after, upTo, (long)limit),
            cancellationToken);
    }

    public async ValueTask DeleteUpToAsync(UserId userId, DeviceId deviceId, long position, CancellationToken cancellationToken)
    {
        // Nearly every sync acknowledges nothing: it must not wait for a commit to learn that.
        var isWaiting = await database.ReadAsync(
            session => session.AnyAsync(
                "SELECT 1 FROM to_device_messages WHERE user_id = $1 AND device_id = $2 AND position <= $3 LIMIT 1",
                userId.Value, deviceId.Value, position),
            cancellationToken);
        if (!isWaiting)
            return;

        await database.ExecuteAsync(
            "DELETE FROM to_device_messages WHERE user_id = $1 AND device_id = $2 AND position <= $3",
            [userId.Value, deviceId.Value, position], cancellationToken);
    }

    public ValueTask<bool> TryDeliverAsync(ToDeviceBatch batch, IReadOnlyList<OutgoingToDevice> outgoing, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => TryDeliverAsync(writer, batch, outgoing), cancellationToken);

    public ValueTask<bool> TryReceiveAsync(ServerName origin, ToDeviceBatch batch, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => TryReceiveAsync(writer, origin, batch), cancellationToken);

    static async Task<bool> TryReceiveAsync(PostgresWriter writer, ServerName origin, ToDeviceBatch batch)
    {
        writer.Session.Defer("DELETE FROM to_device_received WHERE received_at < $1", (batch.SentAt - ReceivedLifetime).ToUnixTimeMilliseconds());
        var isNew = await writer.Session.ExecuteAsync(
            "INSERT INTO to_device_received (origin, message_id, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            origin.Value, batch.TransactionId, batch.SentAt.ToUnixTimeMilliseconds()) == 1;
        if (isNew)
            await DeliverAsync(writer, batch);
        return isNew;
    }

    static async Task<bool> TryDeliverAsync(PostgresWriter writer, ToDeviceBatch batch, IReadOnlyList<OutgoingToDevice> outgoing)
    {
        var session = writer.Session;
        session.Defer("DELETE FROM to_device_transactions WHERE sent_at < $1", (batch.SentAt - TransactionLifetime).ToUnixTimeMilliseconds());
        var isNew = await session.ExecuteAsync(
            """
            INSERT INTO to_device_transactions (user_id, device_id, type, transaction_id, sent_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """,
            batch.Sender.Value, batch.SenderDevice?.Value ?? "", batch.Type, batch.TransactionId, batch.SentAt.ToUnixTimeMilliseconds()) == 1;
        if (!isNew)
            return false;

        PostgresToDeviceOutboxStore.Add(session, outgoing);
        await DeliverAsync(writer, batch);
        return true;
    }

    static async Task DeliverAsync(PostgresWriter writer, ToDeviceBatch batch)
    {
        var session = writer.Session;
        var inboxes = await ReadInboxesAsync(session, batch.Deliveries.Select(static delivery => delivery.UserId).Distinct());
        var messages = new List<(long Position, Inbox Inbox, ReadOnlyMemory<byte> Content)>();
        foreach (var ofUser in batch.Deliveries.GroupBy(static delivery => delivery.UserId))
        {
            var before = messages.Count;
            foreach (var delivery in ofUser)
            {
                foreach (var inbox in inboxes[ofUser.Key])
                {
                    if ((delivery.DeviceId is null || delivery.DeviceId.Value.Value == inbox.Device) && inbox.TryTakePlace())
                        messages.Add((writer.NextPosition(StreamKind.ToDevice), inbox, delivery.Content));
                }
            }

            // One notice for all devices: it says that the stream can be read up to the user's last message.
            if (messages.Count > before)
                writer.Notify(new StreamNotice(StreamKind.ToDevice, messages[^1].Position) { User = ofUser.Key });
        }

        if (messages.Count > 0)
        {
            session.Defer(
                """
                INSERT INTO to_device_messages (position, user_id, device_id, sender, type, content)
                SELECT m.position, m.user_id, m.device_id, $4, $5, m.content FROM unnest($1, $2, $3, $6) AS m (position, user_id, device_id, content)
                """,
                Sql.Integers(messages.Select(static message => message.Position)),
                Sql.Texts(messages.Select(static message => message.Inbox.User.Value)),
                Sql.Texts(messages.Select(static message => message.Inbox.Device)),
                batch.Sender.Value, batch.Type,
                Sql.ByteArrays(messages.Select(static message => message.Content)));
        }
    }

    // An inbox that has its last place taken is found by counting no further than that.
    static async Task<ILookup<UserId, Inbox>> ReadInboxesAsync(PostgresSession session, IEnumerable<UserId> users)
    {
        var inboxes = await session.QueryAsync(
            """
            SELECT d.user_id, d.device_id,
                (SELECT COUNT(*) FROM (
                    SELECT 1 FROM to_device_messages m WHERE m.user_id = d.user_id AND m.device_id = d.device_id LIMIT $2) waiting)
            FROM devices d WHERE d.user_id = ANY ($1) ORDER BY d.user_id, d.device_id
            """,
            static row => new Inbox(UserId.Parse(row.Text(0)), row.Text(1), MaxInbox - row.Integer(2)),
            Sql.Texts(users.Select(static user => user.Value)), MaxInbox);
        return inboxes.ToLookup(static inbox => inbox.User);
    }

    sealed class Inbox(UserId user, string device, long free)
    {
        long _free = free;

        public UserId User { get; } = user;

        public string Device { get; } = device;

        public bool TryTakePlace() => _free-- > 0;
    }
}
