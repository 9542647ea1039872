using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Keys;

/// <inheritdoc cref="IRemoteDeviceStore"/>
public sealed class PostgresRemoteDeviceStore(PostgresDatabase database) : IRemoteDeviceStore
{
    public async ValueTask<IReadOnlyList<RemoteDeviceList>> FindAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => FindAsync(session, userIds), cancellationToken);

    public async ValueTask<IReadOnlyList<DeviceKeysRecord>> ReadDevicesAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => ReadDevicesAsync(session, userIds), cancellationToken);

    public async ValueTask FollowAsync(IReadOnlyCollection<UserId> userIds, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            """
            INSERT INTO remote_device_lists (user_id, server, stream_id, since, fetched, stale, generation, failures, retry_at)
            SELECT u.user_id, u.server, NULL, 0, false, true, 0, 0, $3 FROM unnest($1, $2) AS u (user_id, server)
            ON CONFLICT DO NOTHING
            """,
            [
                Sql.Texts(userIds.Select(static user => user.Value)), Sql.Texts(userIds.Select(static user => user.Server.Value)),
                retryAt.ToUnixTimeMilliseconds(),
            ],
            cancellationToken);

    public ValueTask StoreAsync(RemoteDeviceSnapshot snapshot, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                var session = writer.Session;
                if (await FindAsync(session, snapshot.UserId) is not { } list)
                    return;

                var changed = await StoreDevicesAsync(session, snapshot);
                changed |= await RemoteSigningKeys.StoreAsync(session, snapshot.UserId, snapshot.Keys, areAll: true);
                session.Defer(
                    """
                    UPDATE remote_device_lists
                    SET stream_id = $2, since = $3, fetched = true, stale = (generation <> $4), failures = 0, retry_at = $5 WHERE user_id = $1
                    """,
                    snapshot.UserId.Value, Sql.Optional(snapshot.StreamId), snapshot.Since, snapshot.Generation, retryAt.ToUnixTimeMilliseconds());
                if (changed && (list.IsFetched || list.Failures > 0))
                    DeviceListLog.Append(writer, snapshot.UserId);
            },
            cancellationToken);

    public ValueTask<RemoteUpdateStatus> ApplyAsync(RemoteDeviceUpdate update, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                var (session, userId) = (writer.Session, update.UserId);
                if (await FindAsync(session, userId) is not { } list)
                {
                    DeviceListLog.Append(writer, userId);
                    return RemoteUpdateStatus.NotFollowed;
                }

                var known = (await session.QueryAsync(
                    "SELECT user_id, device_id, display_name, json FROM remote_devices WHERE user_id = $1 AND device_id = $2",
                    ReadDevice, userId.Value, update.DeviceId.Value)).FirstOrDefault();
                var status = list.IsStale ? RemoteUpdateStatus.Stale : RemoteDeviceChanges.Judge(list, update, known);
                if (status == RemoteUpdateStatus.Stale)
                    MarkStale(session, [userId], now);
                if (status != RemoteUpdateStatus.Applied)
                    return status;

                session.Defer("UPDATE remote_device_lists SET stream_id = $2 WHERE user_id = $1", userId.Value, update.StreamId);
                if (RemoteDeviceChanges.AreEqual(known, update.Device))
                    return status;

                Put(session, userId, update.DeviceId, update.Device);
                DeviceListLog.Append(writer, userId);
                if (update.Device is null
                    || await session.QueryIntegerAsync("SELECT COUNT(*) FROM remote_devices WHERE user_id = $1", userId.Value) <= RemoteDeviceList.MaxDevices)
                {
                    return status;
                }

                await ForgetAsync(session, [userId]);
                return RemoteUpdateStatus.NotFollowed;
            },
            cancellationToken);

    public ValueTask<RemoteUpdateStatus> ApplySigningKeysAsync(UserId userId, IReadOnlyList<CrossSigningKeyRecord> keys, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                if (await FindAsync(writer.Session, userId) is not { } list)
                {
                    DeviceListLog.Append(writer, userId);
                    return RemoteUpdateStatus.NotFollowed;
                }

                if (list.IsStale)
                {
                    writer.Session.Defer("UPDATE remote_device_lists SET generation = generation + 1 WHERE user_id = $1", userId.Value);
                    return RemoteUpdateStatus.Stale;
                }

                if (!await RemoteSigningKeys.StoreAsync(writer.Session, userId, keys, areAll: false))
                    return RemoteUpdateStatus.Known;

                DeviceListLog.Append(writer, userId);
                return RemoteUpdateStatus.Applied;
            },
            cancellationToken);

    public ValueTask MarkStaleAsync(IReadOnlyCollection<UserId> userIds, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                MarkStale(writer.Session, userIds, now);
                return Task.CompletedTask;
            },
            cancellationToken);

    public async ValueTask NoteFailureAsync(IReadOnlyCollection<UserId> userIds, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE remote_device_lists SET failures = failures + 1, retry_at = $2 WHERE user_id = ANY ($1)",
            [Sql.Texts(userIds.Select(static user => user.Value)), retryAt.ToUnixTimeMilliseconds()], cancellationToken);

    public async ValueTask PostponeAsync(ServerName server, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE remote_device_lists SET retry_at = GREATEST(retry_at, $2) WHERE server = $1 AND stale",
            [server.Value, retryAt.ToUnixTimeMilliseconds()], cancellationToken);

    public async ValueTask<bool> HurryAsync(ServerName server, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE remote_device_lists SET retry_at = LEAST(retry_at, $2) WHERE server = $1 AND stale",
            [server.Value, now.ToUnixTimeMilliseconds()], cancellationToken) > 0;

    public async ValueTask<IReadOnlyList<(ServerName Server, DateTimeOffset DueAt)>> ReadDueServersAsync(int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT server, MIN(retry_at) FROM remote_device_lists WHERE stale GROUP BY server ORDER BY 2 LIMIT $1",
                static row => (ServerName.Parse(row.Text(0)), row.Time(1)), (long)limit),
            cancellationToken);

    public async ValueTask<IReadOnlyList<UserId>> ReadDueAsync(ServerName server, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT user_id FROM remote_device_lists WHERE server = $1 AND stale AND retry_at <= $2 ORDER BY retry_at LIMIT $3",
                static row => UserId.Parse(row.Text(0)), server.Value, now.ToUnixTimeMilliseconds(), (long)limit),
            cancellationToken);

    public async ValueTask<IReadOnlyList<UserId>> ReadUsersAsync(UserId? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT user_id FROM remote_device_lists WHERE user_id > $1 ORDER BY user_id LIMIT $2",
                static row => UserId.Parse(row.Text(0)), after?.Value ?? "", (long)limit),
            cancellationToken);

    public ValueTask ForgetAsync(IReadOnlyCollection<UserId> userIds, bool announce, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                await ForgetAsync(writer.Session, userIds);
                foreach (var userId in announce ? userIds : [])
                    DeviceListLog.Append(writer, userId);
            },
            cancellationToken);

    static async Task<RemoteDeviceList?> FindAsync(PostgresSession session, UserId userId) =>
        await FindAsync(session, [userId]) is [var list] ? list : null;

    static async Task<IReadOnlyList<RemoteDeviceList>> FindAsync(PostgresSession session, IReadOnlyCollection<UserId> userIds) => await session.QueryAsync(
        "SELECT user_id, stream_id, since, fetched, stale, generation, failures FROM remote_device_lists WHERE user_id = ANY ($1) ORDER BY user_id",
        static row => new RemoteDeviceList(
            UserId.Parse(row.Text(0)), row.OptionalInteger(1), row.Integer(2), row.Flag(3), row.Flag(4), row.Integer(5), (int)row.Integer(6)),
        Sql.Texts(userIds.Select(static user => user.Value)));

    static async Task<IReadOnlyList<DeviceKeysRecord>> ReadDevicesAsync(PostgresSession session, IReadOnlyCollection<UserId> userIds) =>
        await session.QueryAsync(
            "SELECT user_id, device_id, display_name, json FROM remote_devices WHERE user_id = ANY ($1) ORDER BY user_id, device_id",
            ReadDevice, Sql.Texts(userIds.Select(static user => user.Value)));

    static DeviceKeysRecord ReadDevice(Row row) => new(UserId.Parse(row.Text(0)), DeviceId.Parse(row.Text(1)), row.OptionalText(2), row.Bytes(3));

    static async Task<bool> StoreDevicesAsync(PostgresSession session, RemoteDeviceSnapshot snapshot)
    {
        var known = (await ReadDevicesAsync(session, [snapshot.UserId])).ToDictionary(static device => device.DeviceId);
        var changed = false;
        foreach (var device in snapshot.Devices)
        {
            known.Remove(device.DeviceId, out var before);
            if (RemoteDeviceChanges.AreEqual(before, device))
                continue;

            Put(session, snapshot.UserId, device.DeviceId, device);
            changed = true;
        }

        foreach (var gone in known.Keys)
            Put(session, snapshot.UserId, gone, null);
        return changed || known.Count > 0;
    }

    static void Put(PostgresSession session, UserId userId, DeviceId deviceId, DeviceKeysRecord? device)
    {
        if (device is null)
        {
            session.Defer("DELETE FROM remote_devices WHERE user_id = $1 AND device_id = $2", userId.Value, deviceId.Value);
            return;
        }

        session.Defer(
            """
            INSERT INTO remote_devices (user_id, device_id, display_name, json) VALUES ($1, $2, $3, $4)
            ON CONFLICT (user_id, device_id) DO UPDATE SET display_name = excluded.display_name, json = excluded.json
            """,
            userId.Value, deviceId.Value, device.DisplayName, Sql.Bytes(device.Json));
    }

    static void MarkStale(PostgresSession session, IReadOnlyCollection<UserId> userIds, DateTimeOffset now) => session.Defer(
        """
        UPDATE remote_device_lists
        SET generation = generation + 1, retry_at = CASE WHEN stale THEN retry_at ELSE $2 END, stale = true WHERE user_id = ANY ($1)
        """,
        Sql.Texts(userIds.Select(static user => user.Value)), now.ToUnixTimeMilliseconds());

    static async Task ForgetAsync(PostgresSession session, IReadOnlyCollection<UserId> userIds)
    {
        var followed = await session.QueryAsync(
            "DELETE FROM remote_device_lists WHERE user_id = ANY ($1) RETURNING user_id",
            static row => row.Text(0), Sql.Texts(userIds.Select(static user => user.Value)));
        session.Defer("DELETE FROM cross_signing_keys WHERE user_id = ANY ($1)", Sql.Texts(followed));
    }
}
