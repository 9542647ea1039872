using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.ToDevice;

namespace Hybrid.Storage.Postgres.ToDevice;

/// <inheritdoc cref="IToDeviceOutboxStore"/>
public sealed class PostgresToDeviceOutboxStore(PostgresDatabase database) : IToDeviceOutboxStore
{
    // A server for which this much waits will not come back; what is sent to it beyond that is lost.
    const long MaxQueue = 50_000;

    public async ValueTask<IReadOnlyList<QueuedToDevice>> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT position, content FROM to_device_outbox WHERE destination = $1 ORDER BY position LIMIT $2",
                static row => new QueuedToDevice(row.Integer(0), row.Bytes(1)), destination.Value, (long)limit),
            cancellationToken);

    public async ValueTask DeleteUpToAsync(ServerName destination, long position, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "DELETE FROM to_device_outbox WHERE destination = $1 AND position <= $2", [destination.Value, position], cancellationToken);

    public async ValueTask<IReadOnlyList<ServerName>> ReadDestinationsAsync(ServerName? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT DISTINCT destination FROM to_device_outbox WHERE destination > $1 ORDER BY destination LIMIT $2",
                static row => ServerName.Parse(row.Text(0)), after?.Value ?? "", (long)limit),
            cancellationToken);

    /// <summary>Puts messages at the end of the queues.</summary>
    internal static void Add(PostgresSession session, IReadOnlyList<OutgoingToDevice> outgoing)
    {
        foreach (var message in outgoing)
        {
            session.Defer(
                """
                INSERT INTO to_device_outbox (destination, content) SELECT $1, $2
                WHERE NOT EXISTS (SELECT 1 FROM to_device_outbox WHERE destination = $1 ORDER BY position LIMIT 1 OFFSET $3)
                """,
                message.Destination.Value, Sql.Bytes(message.Content), MaxQueue - 1);
        }
    }
}
