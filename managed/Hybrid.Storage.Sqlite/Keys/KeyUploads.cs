using Hybrid.Storage.Keys;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Keys;

/// <summary>Writes one <c>keys/upload</c>.</summary>
static class KeyUploads
{
    // Clients keep 50 to 100 and libolm never more than 5 000; this only keeps a hostile one from filling the disk.
    const int MaxUnclaimedKeys = 5_000;

    /// <summary>Stores the upload; <see cref="RefusedException"/> undoes what was written before the refusal.</summary>
    public static KeyUploadOutcome Store(SqliteWriter writer, KeyUpload upload)
    {
        var session = writer.Session;
        var (user, device) = (upload.UserId.Value, upload.DeviceId.Value);
        if (session.QueryInteger("SELECT 1 FROM devices WHERE user_id = ?1 AND device_id = ?2", user, device) is null)
            return new KeyUploadOutcome(KeyUploadStatus.UnknownDevice);

        if (upload.DeviceKeys is { } deviceKeys && StoreDeviceKeys(session, user, device, deviceKeys))
            DeviceListLog.AppendDevices(writer, upload.UserId, device);
        foreach (var key in upload.OneTimeKeys)
            StoreOneTimeKey(session, user, device, key);
        foreach (var key in upload.FallbackKeys)
            StoreFallbackKey(session, user, device, key);

        if (upload.OneTimeKeys.Count > 0
            && session.QueryInteger("SELECT COUNT(*) FROM one_time_keys WHERE user_id = ?1 AND device_id = ?2 AND claimed = 0", user, device) > MaxUnclaimedKeys)
        {
            throw new RefusedException(new KeyUploadOutcome(KeyUploadStatus.TooManyKeys));
        }

        return new KeyUploadOutcome(KeyUploadStatus.Stored);
    }

    // Whether anyone who looks at the device sees a change.
    static bool StoreDeviceKeys(SqliteSession session, string user, string device, ReadOnlyMemory<byte> json)
    {
        var stored = session.QueryFirst(
            "SELECT json FROM device_keys WHERE user_id = ?1 AND device_id = ?2", static row => row.GetFieldValue<byte[]>(0), user, device);
        if (stored is not null && json.Span.SequenceEqual(stored))
            return false;

        // A changed key is another key: what others signed was the one before.
        if (stored is not null && !SignedJson.SayTheSame(stored, json))
            session.Execute("DELETE FROM key_signatures WHERE target_user = ?1 AND target_key = ?2", user, device);
        session.Execute(
            """
            INSERT INTO device_keys (user_id, device_id, json) VALUES (?1, ?2, ?3)
            ON CONFLICT (user_id, device_id) DO UPDATE SET json = excluded.json
            """,
            user, device, json.ToArray());
        return true;
    }

    static void StoreOneTimeKey(SqliteSession session, string user, string device, PreKey key)
    {
        if (session.QueryFirst(
            "SELECT json, claimed FROM one_time_keys WHERE user_id = ?1 AND device_id = ?2 AND algorithm = ?3 AND key_id = ?4",
            static row => new StoredKey(row.GetFieldValue<byte[]>(0), row.GetBoolean(1)), user, device, key.Algorithm, key.KeyId) is { } stored)
        {
            if (SignedJson.SayTheSame(stored.Json, key.Json))
                return;
            if (!stored.Claimed)
                throw new RefusedException(new KeyUploadOutcome(KeyUploadStatus.KeyConflict, key with { Json = stored.Json }, key));

            session.Execute(
                "DELETE FROM one_time_keys WHERE user_id = ?1 AND device_id = ?2 AND algorithm = ?3 AND key_id = ?4", user, device, key.Algorithm, key.KeyId);
        }

        session.Execute(
            "INSERT INTO one_time_keys (user_id, device_id, algorithm, key_id, json) VALUES (?1, ?2, ?3, ?4, ?5)",
            user, device, key.Algorithm, key.KeyId, key.Json.ToArray());
    }

    // The same key again stays used if it is: a client that repeats a lost request must not take it for a fresh one.
    static void StoreFallbackKey(SqliteSession session, string user, string device, PreKey key) => session.Execute(
        """
        INSERT INTO fallback_keys (user_id, device_id, algorithm, key_id, json, used) VALUES (?1, ?2, ?3, ?4, ?5, 0)
        ON CONFLICT (user_id, device_id, algorithm) DO UPDATE SET key_id = excluded.key_id, json = excluded.json, used = 0
        WHERE key_id <> excluded.key_id OR json <> excluded.json
        """,
        user, device, key.Algorithm, key.KeyId, key.Json.ToArray());

    sealed record StoredKey(byte[] Json, bool Claimed);

    /// <summary>Ends the write job, so that nothing of the upload stays.</summary>
    public sealed class RefusedException(KeyUploadOutcome outcome) : Exception
    {
        public KeyUploadOutcome Outcome { get; } = outcome;
    }
}
