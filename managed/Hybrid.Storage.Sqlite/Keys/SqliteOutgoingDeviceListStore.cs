using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Keys;

/// <inheritdoc cref="IOutgoingDeviceListStore"/>
public sealed class SqliteOutgoingDeviceListStore(SqliteDatabase database) : IOutgoingDeviceListStore
{
    public ValueTask<long> ReadFanOutAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.QueryInteger("SELECT position FROM device_list_fan_out") ?? 0));

    public ValueTask<IReadOnlyList<UserId>> ReadChangedUsersAsync(long after, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT DISTINCT user_id FROM device_changes WHERE position > ?1 ORDER BY user_id", static row => UserId.Parse(row.GetString(0)), after)));

    public ValueTask FanOutAsync(IReadOnlyDictionary<UserId, IReadOnlySet<ServerName>> audiences, long position, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                foreach (var (userId, servers) in audiences)
                {
                    foreach (var told in session.Query(
                        "SELECT destination FROM device_list_destinations WHERE user_id = ?1", static row => ServerName.Parse(row.GetString(0)), userId.Value))
                    {
                        if (!servers.Contains(told))
                            Forget(session, told, userId);
                    }

                    foreach (var server in servers)
                    {
                        session.Execute(
                            """
                            INSERT INTO device_list_destinations (destination, user_id, sent_id, told, waiting) VALUES (?1, ?2, NULL, 0, 1)
                            ON CONFLICT (destination, user_id) DO UPDATE SET waiting = 1
                            """,
                            server.Value, userId.Value);
                    }
                }

                session.Execute(
                    "INSERT INTO device_list_fan_out (id, position) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET position = excluded.position", position);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<ToldDeviceList>> ReadWaitingAsync(ServerName destination, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT user_id, sent_id, told FROM device_list_destinations WHERE destination = ?1 AND waiting = 1 ORDER BY user_id LIMIT ?2",
            static row => new ToldDeviceList(UserId.Parse(row.GetString(0)), row.IsDBNull(1) ? null : row.GetInt64(1), row.GetInt64(2)),
            destination.Value, (long)limit)));

    public ValueTask<IReadOnlyList<DeviceChange>> ReadChangesAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        new(database.Read(session => userIds.SelectMany(userId => session.Query(
            "SELECT kind, device_id, position FROM device_changes WHERE user_id = ?1 ORDER BY position",
            row => new DeviceChange(
                userId, (DeviceChangeKind)row.GetInt32(0), DeviceId.TryParse(row.GetString(1), out var device) ? device : null, row.GetInt64(2)),
            userId.Value)).OrderBy(static change => change.Position).ToList()));

    public ValueTask AcknowledgeAsync(ServerName destination, IReadOnlyList<ToldDeviceList> told, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                foreach (var list in told)
                {
                    writer.Session.Execute(
                        """
                        UPDATE device_list_destinations SET sent_id = ?3, told = ?4,
                            waiting = EXISTS (SELECT 1 FROM device_changes c WHERE c.user_id = ?2 AND c.kind <> 2 AND c.position > ?4)
                        WHERE destination = ?1 AND user_id = ?2
                        """,
                        destination.Value, list.UserId.Value, list.SentId, list.ToldUpTo);
                }
            },
            cancellationToken);

    public ValueTask ForgetAsync(ServerName destination, IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                foreach (var userId in userIds)
                    Forget(writer.Session, destination, userId);
            },
            cancellationToken);

    public async ValueTask NoteFetchedAsync(ServerName destination, UserId userId, long streamId, CancellationToken cancellationToken)
    {
        // Servers ask often: all but the first time there is nothing to write.
        if (database.Read(session => session.QueryInteger(
            "SELECT 1 FROM device_list_destinations WHERE destination = ?1 AND user_id = ?2", destination.Value, userId.Value)) is not null)
        {
            return;
        }

        await database.WriteAsync(
            writer => writer.Session.Execute(
                """
                INSERT INTO device_list_destinations (destination, user_id, sent_id, told, waiting)
                VALUES (?1, ?2, ?3, ?3, EXISTS (SELECT 1 FROM device_changes c WHERE c.user_id = ?2 AND c.kind <> 2 AND c.position > ?3))
                ON CONFLICT DO NOTHING
                """,
                destination.Value, userId.Value, streamId),
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<ServerName>> ReadDestinationsAsync(ServerName? after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT DISTINCT destination FROM device_list_destinations WHERE waiting = 1 AND destination > ?1 ORDER BY destination LIMIT ?2",
            static row => ServerName.Parse(row.GetString(0)), after?.Value ?? "", (long)limit)));

    static void Forget(SqliteSession session, ServerName destination, UserId userId) =>
        session.Execute("DELETE FROM device_list_destinations WHERE destination = ?1 AND user_id = ?2", destination.Value, userId.Value);
}
