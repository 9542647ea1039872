using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Federation;

/// <summary>Failing servers in PostgreSQL.</summary>
public sealed class PostgresDestinationStore(PostgresDatabase database) : IDestinationStore
{
    public async ValueTask<IReadOnlyList<FailingDestination>> ReadFailingAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync(
                "SELECT server_name, failing_since_ts, last_tried_ts, retry_interval_ms FROM failing_destinations ORDER BY server_name",
                static row => new FailingDestination(ServerName.Parse(row.Text(0)), row.Integer(1), row.Integer(2), row.Integer(3))),
            cancellationToken);

    public async ValueTask SetFailingAsync(FailingDestination destination, CancellationToken cancellationToken) => await database.ExecuteAsync(
        """
        INSERT INTO failing_destinations (server_name, failing_since_ts, last_tried_ts, retry_interval_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (server_name) DO UPDATE SET failing_since_ts = excluded.failing_since_ts,
            last_tried_ts = excluded.last_tried_ts, retry_interval_ms = excluded.retry_interval_ms
        """,
        [destination.Server.Value, destination.FailingSinceTs, destination.LastTriedTs, destination.RetryIntervalMs],
        cancellationToken);

    public async ValueTask RemoveFailingAsync(IReadOnlyCollection<ServerName> servers, CancellationToken cancellationToken) => await database.ExecuteAsync(
        "DELETE FROM failing_destinations WHERE server_name = ANY($1)", [Sql.Texts(servers.Select(static server => server.Value))], cancellationToken);
}
