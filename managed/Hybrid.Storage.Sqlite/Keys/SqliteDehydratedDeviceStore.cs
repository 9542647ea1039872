using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Keys;

/// <summary>Dehydrated devices in SQLite: table <c>dehydrated_devices</c>.</summary>
public sealed class SqliteDehydratedDeviceStore(SqliteDatabase database, PreKeyStatusCache cache) : IDehydratedDeviceStore
{
    public ValueTask<DehydratedDevice?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(session => session.QueryFirst(
            "SELECT device_id, data FROM dehydrated_devices WHERE user_id = ?1",
            static row => new DehydratedDevice(DeviceId.Parse(row.GetString(0)), row.GetFieldValue<byte[]>(1)),
            userId.Value)));

    public async ValueTask<KeyUploadOutcome> PutAsync(
        KeyUpload keys, ReadOnlyMemory<byte> data, string? displayName, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteAsync(writer => Put(writer, keys, data, displayName, now), cancellationToken);
        }
        catch (KeyUploads.RefusedException refused)
        {
            return refused.Outcome;
        }
        finally
        {
            cache.Evict(keys.UserId);
        }
    }

    static KeyUploadOutcome Put(SqliteWriter writer, KeyUpload keys, ReadOnlyMemory<byte> data, string? displayName, DateTimeOffset now)
    {
        var (session, user, device) = (writer.Session, keys.UserId.Value, keys.DeviceId.Value);
        var before = session.QueryText(
            "DELETE FROM devices WHERE user_id = ?1 AND device_id = (SELECT device_id FROM dehydrated_devices WHERE user_id = ?1) RETURNING device_id", user);
        if (before is not null && before != device)
            DeviceListLog.AppendRemoved(writer, keys.UserId, [before]);
        if (session.QueryInteger("SELECT 1 FROM devices WHERE user_id = ?1 AND device_id = ?2", user, device) is not null)
            throw new KeyUploads.RefusedException(new KeyUploadOutcome(KeyUploadStatus.DeviceInUse));

        session.Execute(
            "INSERT INTO devices (user_id, device_id, display_name, created_ts) VALUES (?1, ?2, ?3, ?4)",
            user, device, displayName, now.ToUnixTimeMilliseconds());
        session.Execute("INSERT INTO dehydrated_devices (user_id, device_id, data) VALUES (?1, ?2, ?3)", user, device, data.ToArray());
        return KeyUploads.Store(writer, keys);
    }
}
