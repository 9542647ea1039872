using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Keys;

/// <inheritdoc cref="IRemoteDeviceStore"/>
public sealed class SqliteRemoteDeviceStore(SqliteDatabase database) : IRemoteDeviceStore
{
    public ValueTask<IReadOnlyList<RemoteDeviceList>> FindAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        new(database.Read(session => userIds.Select(userId => Find(session, userId)).OfType<RemoteDeviceList>().ToList()));

    public ValueTask<IReadOnlyList<DeviceKeysRecord>> ReadDevicesAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        new(database.Read(session => userIds.SelectMany(userId => ReadDevices(session, userId)).ToList()));

    public ValueTask FollowAsync(IReadOnlyCollection<UserId> userIds, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                foreach (var userId in userIds)
                {
                    writer.Session.Execute(
                        """
                        INSERT OR IGNORE INTO remote_device_lists (user_id, server, stream_id, since, fetched, stale, generation, failures, retry_at)
                        VALUES (?1, ?2, NULL, 0, 0, 1, 0, 0, ?3)
                        """,
                        userId.Value, userId.Server.Value, retryAt.ToUnixTimeMilliseconds());
                }
            },
            cancellationToken);

    public ValueTask StoreAsync(RemoteDeviceSnapshot snapshot, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                if (Find(session, snapshot.UserId) is not { } list)
                    return;

                var changed = StoreDevices(session, snapshot) | RemoteSigningKeys.Store(session, snapshot.UserId, snapshot.Keys, areAll: true);
                session.Execute(
                    """
                    UPDATE remote_device_lists
                    SET stream_id = ?2, since = ?3, fetched = 1, stale = (generation <> ?4), failures = 0, retry_at = ?5 WHERE user_id = ?1
                    """,
                    snapshot.UserId.Value, snapshot.StreamId, snapshot.Since, snapshot.Generation, retryAt.ToUnixTimeMilliseconds());
                if (changed && (list.IsFetched || list.Failures > 0))
                    DeviceListLog.Append(writer, snapshot.UserId);
            },
            cancellationToken);

    public ValueTask<RemoteUpdateStatus> ApplyAsync(RemoteDeviceUpdate update, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var (session, userId) = (writer.Session, update.UserId);
                if (Find(session, userId) is not { } list)
                {
                    DeviceListLog.Append(writer, userId);
                    return RemoteUpdateStatus.NotFollowed;
                }

                var known = ReadDevices(session, userId, update.DeviceId).FirstOrDefault();
                var status = list.IsStale ? RemoteUpdateStatus.Stale : RemoteDeviceChanges.Judge(list, update, known);
                if (status == RemoteUpdateStatus.Stale)
                    MarkStale(session, userId, now);
                if (status != RemoteUpdateStatus.Applied)
                    return status;

                session.Execute("UPDATE remote_device_lists SET stream_id = ?2 WHERE user_id = ?1", userId.Value, update.StreamId);
                if (RemoteDeviceChanges.AreEqual(known, update.Device))
                    return status;

                Put(session, userId, update.DeviceId, update.Device);
                DeviceListLog.Append(writer, userId);
                if (update.Device is null
                    || session.QueryInteger("SELECT COUNT(*) FROM remote_devices WHERE user_id = ?1", userId.Value) <= RemoteDeviceList.MaxDevices)
                {
                    return status;
                }

                Forget(session, userId);
                return RemoteUpdateStatus.NotFollowed;
            },
            cancellationToken);

    public ValueTask<RemoteUpdateStatus> ApplySigningKeysAsync(UserId userId, IReadOnlyList<CrossSigningKeyRecord> keys, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                if (Find(writer.Session, userId) is not { } list)
                {
                    DeviceListLog.Append(writer, userId);
                    return RemoteUpdateStatus.NotFollowed;
                }

                if (list.IsStale)
                {
                    writer.Session.Execute("UPDATE remote_device_lists SET generation = generation + 1 WHERE user_id = ?1", userId.Value);
                    return RemoteUpdateStatus.Stale;
                }

                if (!RemoteSigningKeys.Store(writer.Session, userId, keys, areAll: false))
                    return RemoteUpdateStatus.Known;

                DeviceListLog.Append(writer, userId);
                return RemoteUpdateStatus.Applied;
            },
            cancellationToken);

    public ValueTask MarkStaleAsync(IReadOnlyCollection<UserId> userIds, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                foreach (var userId in userIds)
                    MarkStale(writer.Session, userId, now);
            },
            cancellationToken);

    public ValueTask NoteFailureAsync(IReadOnlyCollection<UserId> userIds, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                foreach (var userId in userIds)
                {
                    writer.Session.Execute(
                        "UPDATE remote_device_lists SET failures = failures + 1, retry_at = ?2 WHERE user_id = ?1",
                        userId.Value, retryAt.ToUnixTimeMilliseconds());
                }
            },
            cancellationToken);

    public async ValueTask PostponeAsync(ServerName server, DateTimeOffset retryAt, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            writer => writer.Session.Execute(
                "UPDATE remote_device_lists SET retry_at = MAX(retry_at, ?2) WHERE server = ?1 AND stale = 1", server.Value, retryAt.ToUnixTimeMilliseconds()),
            cancellationToken);

    public ValueTask<bool> HurryAsync(ServerName server, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute(
                "UPDATE remote_device_lists SET retry_at = MIN(retry_at, ?2) WHERE server = ?1 AND stale = 1", server.Value, now.ToUnixTimeMilliseconds()) > 0,
            cancellationToken);

    public ValueTask<IReadOnlyList<(ServerName Server, DateTimeOffset DueAt)>> ReadDueServersAsync(int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT server, MIN(retry_at) FROM remote_device_lists WHERE stale = 1 GROUP BY server ORDER BY 2 LIMIT ?1",
            static row => (ServerName.Parse(row.GetString(0)), row.Time(1)), (long)limit)));

    public ValueTask<IReadOnlyList<UserId>> ReadDueAsync(ServerName server, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT user_id FROM remote_device_lists WHERE server = ?1 AND stale = 1 AND retry_at <= ?2 ORDER BY retry_at LIMIT ?3",
            static row => UserId.Parse(row.GetString(0)), server.Value, now.ToUnixTimeMilliseconds(), (long)limit)));

    public ValueTask<IReadOnlyList<UserId>> ReadUsersAsync(UserId? after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT user_id FROM remote_device_lists WHERE user_id > ?1 ORDER BY user_id LIMIT ?2",
            static row => UserId.Parse(row.GetString(0)), after?.Value ?? "", (long)limit)));

    public ValueTask ForgetAsync(IReadOnlyCollection<UserId> userIds, bool announce, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                foreach (var userId in userIds)
                {
                    Forget(writer.Session, userId);
                    if (announce)
                        DeviceListLog.Append(writer, userId);
                }
            },
            cancellationToken);

    static RemoteDeviceList? Find(SqliteSession session, UserId userId) => session.QueryFirst(
        "SELECT stream_id, since, fetched, stale, generation, failures FROM remote_device_lists WHERE user_id = ?1",
        row => new RemoteDeviceList(
            userId, row.IsDBNull(0) ? null : row.GetInt64(0), row.GetInt64(1), row.GetBoolean(2), row.GetBoolean(3), row.GetInt64(4), row.GetInt32(5)),
        userId.Value);

    static List<DeviceKeysRecord> ReadDevices(SqliteSession session, UserId userId, DeviceId? deviceId = null) => session.Query(
        "SELECT device_id, display_name, json FROM remote_devices WHERE user_id = ?1 AND (?2 IS NULL OR device_id = ?2) ORDER BY device_id",
        (SqliteDataReader row) => new DeviceKeysRecord(userId, DeviceId.Parse(row.GetString(0)), row.OptionalText(1), row.GetFieldValue<byte[]>(2)),
        userId.Value, deviceId?.Value);

    static bool StoreDevices(SqliteSession session, RemoteDeviceSnapshot snapshot)
    {
        var known = ReadDevices(session, snapshot.UserId).ToDictionary(static device => device.DeviceId);
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

    static void Put(SqliteSession session, UserId userId, DeviceId deviceId, DeviceKeysRecord? device)
    {
        if (device is null)
        {
            session.Execute("DELETE FROM remote_devices WHERE user_id = ?1 AND device_id = ?2", userId.Value, deviceId.Value);
            return;
        }

        session.Execute(
            """
            INSERT INTO remote_devices (user_id, device_id, display_name, json) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (user_id, device_id) DO UPDATE SET display_name = excluded.display_name, json = excluded.json
            """,
            userId.Value, deviceId.Value, device.DisplayName, device.Json.ToArray());
    }

    static void MarkStale(SqliteSession session, UserId userId, DateTimeOffset now) => session.Execute(
        """
        UPDATE remote_device_lists
        SET generation = generation + 1, retry_at = CASE WHEN stale = 1 THEN retry_at ELSE ?2 END, stale = 1 WHERE user_id = ?1
        """,
        userId.Value, now.ToUnixTimeMilliseconds());

    static void Forget(SqliteSession session, UserId userId)
    {
        if (session.Execute("DELETE FROM remote_device_lists WHERE user_id = ?1", userId.Value) > 0)
            session.Execute("DELETE FROM cross_signing_keys WHERE user_id = ?1", userId.Value);
    }
}
