using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Accounts;

/// <inheritdoc cref="IDeviceStore"/>
public sealed class PostgresDeviceStore(PostgresDatabase database) : IDeviceStore
{
    public async ValueTask<IReadOnlyList<DeviceRecord>> ListAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT user_id, device_id, display_name, created_ts, last_seen_ts, last_seen_ip, last_seen_user_agent FROM devices WHERE user_id = $1 ORDER BY device_id",
                ReadDevice, userId.Value),
            cancellationToken);

    public ValueTask<DeviceRecord?> FindAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                "SELECT user_id, device_id, display_name, created_ts, last_seen_ts, last_seen_ip, last_seen_user_agent FROM devices WHERE user_id = $1 AND device_id = $2",
                ReadDevice, userId.Value, deviceId.Value),
            cancellationToken);

    public async ValueTask<bool> TryAddAsync(DeviceRecord device, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "INSERT INTO devices (user_id, device_id, display_name, created_ts) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [device.UserId.Value, device.DeviceId.Value, device.DisplayName, device.CreatedAt.ToUnixTimeMilliseconds()], cancellationToken) > 0;

    public ValueTask<bool> RenameAsync(UserId userId, DeviceId deviceId, string? displayName, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                var renamed = await writer.Session.ExecuteAsync(
                    "UPDATE devices SET display_name = $3 WHERE user_id = $1 AND device_id = $2", userId.Value, deviceId.Value, displayName) > 0;
                // Other servers are not told the names of devices.
                if (renamed)
                    DeviceListLog.Append(writer, userId);
                return renamed;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>> DeleteAsync(UserId userId, IReadOnlyCollection<DeviceId> deviceIds, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>>(
            async writer => await DeleteAsync(writer, userId, [.. deviceIds.Select(static id => id.Value)]), cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>> DeleteAllAsync(UserId userId, DeviceId? except, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>>(
            async writer => await DeleteAsync(writer, userId, await writer.Session.QueryAsync(
                "SELECT device_id FROM devices WHERE user_id = $1 AND device_id <> $2", static row => row.Text(0), userId.Value, except?.Value ?? "")),
            cancellationToken);

    public async ValueTask NoteSeenAsync(IReadOnlyCollection<DeviceSighting> sightings, CancellationToken cancellationToken)
    {
        // Of several sightings of a device, the last.
        var latest = sightings.GroupBy(static sighting => (sighting.UserId, sighting.DeviceId)).Select(static group => group.Last()).ToList();
        await database.ExecuteAsync(
            """
            UPDATE devices d SET last_seen_ts = s.ts, last_seen_ip = s.ip, last_seen_user_agent = s.user_agent
            FROM unnest($1, $2, $3, $4, $5) AS s (user_id, device_id, ts, ip, user_agent)
            WHERE d.user_id = s.user_id AND d.device_id = s.device_id
            """,
            [
                Sql.Texts(latest.Select(static sighting => sighting.UserId.Value)),
                Sql.Texts(latest.Select(static sighting => sighting.DeviceId.Value)),
                Sql.Integers(latest.Select(static sighting => sighting.SeenAt.ToUnixTimeMilliseconds())),
                Sql.Texts(latest.Select(static sighting => sighting.Ip)),
                Sql.Texts(latest.Select(static sighting => sighting.UserAgent)),
            ],
            cancellationToken);
    }

    static async Task<List<TokenHash>> DeleteAsync(PostgresWriter writer, UserId userId, IReadOnlyCollection<string> deviceIds)
    {
        var ended = await writer.Session.AccessTokensOfAsync(userId.Value, deviceIds);
        if (await writer.Session.QueryAsync(
            "DELETE FROM devices WHERE user_id = $1 AND device_id = ANY ($2) RETURNING device_id",
            static row => row.Text(0), userId.Value, Sql.Texts(deviceIds)) is { Count: > 0 } removed)
        {
            await DeviceListLog.AppendRemovedAsync(writer, userId, removed);
        }

        return ended;
    }

    static DeviceRecord ReadDevice(Row row) =>
        new(UserId.Parse(row.Text(0)), DeviceId.Parse(row.Text(1)), row.OptionalText(2), row.Time(3))
        {
            LastSeenAt = row.OptionalTime(4),
            LastSeenIp = row.OptionalText(5),
            LastSeenUserAgent = row.OptionalText(6),
        };
}
