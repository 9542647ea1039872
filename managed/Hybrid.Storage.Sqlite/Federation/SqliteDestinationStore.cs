using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Federation;

/// <summary>Failing servers in SQLite.</summary>
public sealed class SqliteDestinationStore(SqliteDatabase database) : IDestinationStore
{
    public ValueTask<IReadOnlyList<FailingDestination>> ReadFailingAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.Query(
            "SELECT server_name, failing_since_ts, last_tried_ts, retry_interval_ms FROM failing_destinations ORDER BY server_name",
            static row => new FailingDestination(ServerName.Parse(row.GetString(0)), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)))));

    public ValueTask SetFailingAsync(FailingDestination destination, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute(
                """
                INSERT INTO failing_destinations (server_name, failing_since_ts, last_tried_ts, retry_interval_ms) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (server_name) DO UPDATE SET failing_since_ts = excluded.failing_since_ts,
                    last_tried_ts = excluded.last_tried_ts, retry_interval_ms = excluded.retry_interval_ms
                """,
                destination.Server.Value, destination.FailingSinceTs, destination.LastTriedTs, destination.RetryIntervalMs);
        },
        cancellationToken);

    public ValueTask RemoveFailingAsync(IReadOnlyCollection<ServerName> servers, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            foreach (var server in servers)
                writer.Session.Execute("DELETE FROM failing_destinations WHERE server_name = ?1", server.Value);
        },
        cancellationToken);
}
