using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Keys;

/// <inheritdoc cref="IOutgoingDeviceListStore"/>
public sealed class PostgresOutgoingDeviceListStore(PostgresDatabase database) : IOutgoingDeviceListStore
{
    public async ValueTask<long> ReadFanOutAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(static session => session.QueryIntegerAsync("SELECT position FROM device_list_fan_out"), cancellationToken) ?? 0;

    public async ValueTask<IReadOnlyList<UserId>> ReadChangedUsersAsync(long after, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT DISTINCT user_id FROM device_changes WHERE position > $1 ORDER BY user_id", static row => UserId.Parse(row.Text(0)), after),
            cancellationToken);

    public ValueTask FanOutAsync(IReadOnlyDictionary<UserId, IReadOnlySet<ServerName>> audiences, long position, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                foreach (var (userId, servers) in audiences)
                {
                    var names = servers.Select(static server => server.Value).ToList();
                    session.Defer("DELETE FROM device_list_destinations WHERE user_id = $1 AND destination <> ALL ($2)", userId.Value, Sql.Texts(names));
                    session.Defer(
                        """
                        INSERT INTO device_list_destinations (destination, user_id, sent_id, told, waiting)
                        SELECT d.destination, $1, NULL, 0, true FROM unnest($2) AS d (destination)
                        ON CONFLICT (destination, user_id) DO UPDATE SET waiting = true
                        """,
                        userId.Value, Sql.Texts(names));
                }

                session.Defer(
                    "INSERT INTO device_list_fan_out (id, position) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET position = excluded.position", position);
                return Task.CompletedTask;
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<ToldDeviceList>> ReadWaitingAsync(ServerName destination, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT user_id, sent_id, told FROM device_list_destinations WHERE destination = $1 AND waiting ORDER BY user_id LIMIT $2",
                static row => new ToldDeviceList(UserId.Parse(row.Text(0)), row.OptionalInteger(1), row.Integer(2)),
                destination.Value, (long)limit),
            cancellationToken);

    public async ValueTask<IReadOnlyList<DeviceChange>> ReadChangesAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT user_id, kind, device_id, position FROM device_changes WHERE user_id = ANY ($1) ORDER BY position",
                static row => new DeviceChange(
                    UserId.Parse(row.Text(0)), (DeviceChangeKind)row.Integer(1), DeviceId.TryParse(row.Text(2), out var device) ? device : null, row.Integer(3)),
                Sql.Texts(userIds.Select(static user => user.Value))),
            cancellationToken);

    public ValueTask AcknowledgeAsync(ServerName destination, IReadOnlyList<ToldDeviceList> told, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                foreach (var list in told)
                {
                    writer.Session.Defer(
                        """
                        UPDATE device_list_destinations SET sent_id = $3, told = $4,
                            waiting = EXISTS (SELECT 1 FROM device_changes c WHERE c.user_id = $2 AND c.kind <> 2 AND c.position > $4)
                        WHERE destination = $1 AND user_id = $2
                        """,
                        destination.Value, list.UserId.Value, Sql.Optional(list.SentId), list.ToldUpTo);
                }

                return Task.CompletedTask;
            },
            cancellationToken);

    public async ValueTask ForgetAsync(ServerName destination, IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "DELETE FROM device_list_destinations WHERE destination = $1 AND user_id = ANY ($2)",
            [destination.Value, Sql.Texts(userIds.Select(static user => user.Value))], cancellationToken);

    public async ValueTask NoteFetchedAsync(ServerName destination, UserId userId, long streamId, CancellationToken cancellationToken)
    {
        // Servers ask often: all but the first time there is nothing to write.
        if (await database.ReadAsync(
            session => session.AnyAsync(
                "SELECT 1 FROM device_list_destinations WHERE destination = $1 AND user_id = $2", destination.Value, userId.Value),
            cancellationToken))
        {
            return;
        }

        await database.ExecuteAsync(
            """
            INSERT INTO device_list_destinations (destination, user_id, sent_id, told, waiting)
            VALUES ($1, $2, $3, $3, EXISTS (SELECT 1 FROM device_changes c WHERE c.user_id = $2 AND c.kind <> 2 AND c.position > $3))
            ON CONFLICT DO NOTHING
            """,
            [destination.Value, userId.Value, streamId], cancellationToken);
    }

    public async ValueTask<IReadOnlyList<ServerName>> ReadDestinationsAsync(ServerName? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT DISTINCT destination FROM device_list_destinations WHERE waiting AND destination > $1 ORDER BY destination LIMIT $2",
                static row => ServerName.Parse(row.Text(0)), after?.Value ?? "", (long)limit),
            cancellationToken);
}
