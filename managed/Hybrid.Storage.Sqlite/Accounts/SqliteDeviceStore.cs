using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Accounts;

/// <inheritdoc cref="IDeviceStore"/>
public sealed class SqliteDeviceStore(SqliteDatabase database) : IDeviceStore
{
    public ValueTask<IReadOnlyList<DeviceRecord>> ListAsync(UserId userId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT user_id, device_id, display_name, created_ts, last_seen_ts, last_seen_ip, last_seen_user_agent FROM devices WHERE user_id = ?1 ORDER BY device_id",
            ReadDevice, userId.Value)));

    public ValueTask<DeviceRecord?> FindAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            "SELECT user_id, device_id, display_name, created_ts, last_seen_ts, last_seen_ip, last_seen_user_agent FROM devices WHERE user_id = ?1 AND device_id = ?2",
            ReadDevice, userId.Value, deviceId.Value)));

    public ValueTask<bool> TryAddAsync(DeviceRecord device, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute(
                "INSERT INTO devices (user_id, device_id, display_name, created_ts) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                device.UserId.Value, device.DeviceId.Value, device.DisplayName, device.CreatedAt.ToUnixTimeMilliseconds()) > 0,
            cancellationToken);

    public ValueTask<bool> RenameAsync(UserId userId, DeviceId deviceId, string? displayName, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var renamed = writer.Session.Execute(
                    "UPDATE devices SET display_name = ?3 WHERE user_id = ?1 AND device_id = ?2", userId.Value, deviceId.Value, displayName) > 0;
                // Other servers are not told the names of devices.
                if (renamed)
                    DeviceListLog.Append(writer, userId);
                return renamed;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>> DeleteAsync(UserId userId, IReadOnlyCollection<DeviceId> deviceIds, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>>(writer => Delete(writer, userId, deviceIds), cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>> DeleteAllAsync(UserId userId, DeviceId? except, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>>(
            writer => Delete(writer, userId, writer.Session.Query(
                "SELECT device_id FROM devices WHERE user_id = ?1 AND device_id <> ?2", static row => DeviceId.Parse(row.GetString(0)), userId.Value, except?.Value ?? "")),
            cancellationToken);

    public ValueTask NoteSeenAsync(IReadOnlyCollection<DeviceSighting> sightings, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                foreach (var sighting in sightings)
                {
                    writer.Session.Execute(
                        "UPDATE devices SET last_seen_ts = ?3, last_seen_ip = ?4, last_seen_user_agent = ?5 WHERE user_id = ?1 AND device_id = ?2",
                        sighting.UserId.Value, sighting.DeviceId.Value, sighting.SeenAt.ToUnixTimeMilliseconds(), sighting.Ip, sighting.UserAgent);
                }
            },
            cancellationToken);

    static List<TokenHash> Delete(SqliteWriter writer, UserId userId, IReadOnlyCollection<DeviceId> deviceIds)
    {
        var ended = new List<TokenHash>();
        var removed = new List<string>();
        foreach (var deviceId in deviceIds)
        {
            ended.AddRange(writer.Session.AccessTokensOf(userId.Value, deviceId.Value));
            if (writer.Session.Execute("DELETE FROM devices WHERE user_id = ?1 AND device_id = ?2", userId.Value, deviceId.Value) > 0)
                removed.Add(deviceId.Value);
        }

        if (removed.Count > 0)
            DeviceListLog.AppendRemoved(writer, userId, removed);
        return ended;
    }

    static DeviceRecord ReadDevice(SqliteDataReader row) =>
        new(UserId.Parse(row.GetString(0)), DeviceId.Parse(row.GetString(1)), row.OptionalText(2), row.Time(3))
        {
            LastSeenAt = row.OptionalTime(4),
            LastSeenIp = row.OptionalText(5),
            LastSeenUserAgent = row.OptionalText(6),
        };
}
