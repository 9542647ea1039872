using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Keys;

/// <summary>Dehydrated devices in PostgreSQL: table <c>dehydrated_devices</c>.</summary>
public sealed class PostgresDehydratedDeviceStore(PostgresDatabase database, PreKeyStatusCache cache) : IDehydratedDeviceStore
{
    public async ValueTask<DehydratedDevice?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryFirstAsync(
                "SELECT device_id, data FROM dehydrated_devices WHERE user_id = $1",
                static row => new DehydratedDevice(DeviceId.Parse(row.Text(0)), row.Bytes(1)),
                userId.Value),
            cancellationToken);

    public async ValueTask<KeyUploadOutcome> PutAsync(
        KeyUpload keys, ReadOnlyMemory<byte> data, string? displayName, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteAsync(
                writer =>
                {
                    writer.AfterCommit(() => cache.Evict(keys.UserId));
                    return PutAsync(writer, keys, data, displayName, now);
                },
                cancellationToken);
        }
        catch (KeyUploads.RefusedException refused)
        {
            return refused.Outcome;
        }
    }

    static async Task<KeyUploadOutcome> PutAsync(
        PostgresWriter writer, KeyUpload keys, ReadOnlyMemory<byte> data, string? displayName, DateTimeOffset now)
    {
        var (session, user, device) = (writer.Session, keys.UserId.Value, keys.DeviceId.Value);
        var before = await session.QueryTextAsync(
            "DELETE FROM devices WHERE user_id = $1 AND device_id = (SELECT device_id FROM dehydrated_devices WHERE user_id = $1) RETURNING device_id", user);
        if (before is not null && before != device)
            await DeviceListLog.AppendRemovedAsync(writer, keys.UserId, [before]);
        if (await session.AnyAsync("SELECT 1 FROM devices WHERE user_id = $1 AND device_id = $2", user, device))
            throw new KeyUploads.RefusedException(new KeyUploadOutcome(KeyUploadStatus.DeviceInUse));

        session.Defer(
            "INSERT INTO devices (user_id, device_id, display_name, created_ts) VALUES ($1, $2, $3, $4)",
            user, device, displayName, now.ToUnixTimeMilliseconds());
        session.Defer("INSERT INTO dehydrated_devices (user_id, device_id, data) VALUES ($1, $2, $3)", user, device, Sql.Bytes(data));
        return await KeyUploads.StoreAsync(writer, keys);
    }
}
