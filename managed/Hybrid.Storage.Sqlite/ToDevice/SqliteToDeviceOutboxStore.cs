using Hybrid.Primitives;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.ToDevice;

namespace Hybrid.Storage.Sqlite.ToDevice;

/// <inheritdoc cref="IToDeviceOutboxStore"/>
public sealed class SqliteToDeviceOutboxStore(SqliteDatabase database) : IToDeviceOutboxStore
{
    // A server for which this much waits will not come back; what is sent to it beyond that is lost.
    const long MaxQueue = 50_000;

    public ValueTask<IReadOnlyList<QueuedToDevice>> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT position, content FROM to_device_outbox WHERE destination = ?1 ORDER BY position LIMIT ?2",
            static row => new QueuedToDevice(row.GetInt64(0), row.GetFieldValue<byte[]>(1)), destination.Value, (long)limit)));

    public async ValueTask DeleteUpToAsync(ServerName destination, long position, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer => writer.Session.Execute("DELETE FROM to_device_outbox WHERE destination = ?1 AND position <= ?2", destination.Value, position),
            cancellationToken);

    public ValueTask<IReadOnlyList<ServerName>> ReadDestinationsAsync(ServerName? after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT DISTINCT destination FROM to_device_outbox WHERE destination > ?1 ORDER BY destination LIMIT ?2",
            static row => ServerName.Parse(row.GetString(0)), after?.Value ?? "", (long)limit)));

    /// <summary>Puts messages at the end of the queues.</summary>
    internal static void Add(SqliteSession session, IReadOnlyList<OutgoingToDevice> outgoing)
    {
        foreach (var message in outgoing)
        {
            session.Execute(
                """
                INSERT INTO to_device_outbox (destination, content) SELECT ?1, ?2
                WHERE NOT EXISTS (SELECT 1 FROM to_device_outbox WHERE destination = ?1 ORDER BY position LIMIT 1 OFFSET ?3)
                """,
                message.Destination.Value, message.Content.ToArray(), MaxQueue - 1);
        }
    }
}
