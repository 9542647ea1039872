using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Keys;

/// <summary>Writes one <c>keys/upload</c>.</summary>
static class KeyUploads
{
    // Clients keep 50 to 100 and libolm never more than 5 000; this only keeps a hostile one from filling the disk.
    const int MaxUnclaimedKeys = 5_000;

    /// <summary>Stores the upload; <see cref="RefusedException"/> undoes what was written before the refusal.</summary>
    public static async Task<KeyUploadOutcome> StoreAsync(PostgresWriter writer, KeyUpload upload)
    {
        var session = writer.Session;
        var (user, device) = (upload.UserId.Value, upload.DeviceId.Value);
        if (!await session.AnyAsync("SELECT 1 FROM devices WHERE user_id = $1 AND device_id = $2", user, device))
            return new KeyUploadOutcome(KeyUploadStatus.UnknownDevice);

        if (upload.DeviceKeys is { } deviceKeys && await StoreDeviceKeysAsync(session, user, device, deviceKeys))
            DeviceListLog.AppendDevices(writer, upload.UserId, device);
        if (upload.OneTimeKeys.Count > 0)
            await StoreOneTimeKeysAsync(session, user, device, upload.OneTimeKeys);
        foreach (var key in upload.FallbackKeys)
            StoreFallbackKey(session, user, device, key);

        if (upload.OneTimeKeys.Count > 0
            && await session.QueryIntegerAsync("SELECT COUNT(*) FROM one_time_keys WHERE user_id = $1 AND device_id = $2 AND NOT claimed", user, device) > MaxUnclaimedKeys)
        {
            throw new RefusedException(new KeyUploadOutcome(KeyUploadStatus.TooManyKeys));
        }

        return new KeyUploadOutcome(KeyUploadStatus.Stored);
    }

    // Whether anyone who looks at the device sees a change.
    static async Task<bool> StoreDeviceKeysAsync(PostgresSession session, string user, string device, ReadOnlyMemory<byte> json)
    {
        var stored = await session.QueryFirstAsync(
            "SELECT json FROM device_keys WHERE user_id = $1 AND device_id = $2", static row => row.Bytes(0), user, device);
        if (stored is not null && json.Span.SequenceEqual(stored))
            return false;

        // A changed key is another key: what others signed was the one before.
        if (stored is not null && !SignedJson.SayTheSame(stored, json))
            session.Defer("DELETE FROM key_signatures WHERE target_user = $1 AND target_key = $2", user, device);
        session.Defer(
            """
            INSERT INTO device_keys (user_id, device_id, json) VALUES ($1, $2, $3)
            ON CONFLICT (user_id, device_id) DO UPDATE SET json = excluded.json
            """,
            user, device, Sql.Bytes(json));
        return true;
    }

    static async Task StoreOneTimeKeysAsync(PostgresSession session, string user, string device, IReadOnlyList<PreKey> keys)
    {
        var known = (await session.QueryAsync(
            """
            SELECT k.algorithm, k.key_id, k.json, k.claimed FROM one_time_keys k
            JOIN unnest($3, $4) AS n (algorithm, key_id) ON k.algorithm = n.algorithm AND k.key_id = n.key_id
            WHERE k.user_id = $1 AND k.device_id = $2
            """,
            static row => new StoredKey(row.Text(0), row.Text(1), row.Bytes(2), row.Flag(3)),
            user, device, Sql.Texts(keys.Select(static key => key.Algorithm)), Sql.Texts(keys.Select(static key => key.KeyId))))
            .DistinctBy(static key => (key.Algorithm, key.KeyId)).ToDictionary(static key => (key.Algorithm, key.KeyId));
        var added = new List<PreKey>(keys.Count);
        foreach (var key in keys)
        {
            if (known.TryGetValue((key.Algorithm, key.KeyId), out var stored))
            {
                if (SignedJson.SayTheSame(stored.Json, key.Json))
                    continue;
                if (!stored.Claimed)
                    throw new RefusedException(new KeyUploadOutcome(KeyUploadStatus.KeyConflict, key with { Json = stored.Json }, key));

                session.Defer(
                    "DELETE FROM one_time_keys WHERE user_id = $1 AND device_id = $2 AND algorithm = $3 AND key_id = $4",
                    user, device, key.Algorithm, key.KeyId);
            }

            known[(key.Algorithm, key.KeyId)] = new StoredKey(key.Algorithm, key.KeyId, key.Json, Claimed: false);
            added.Add(key);
        }

        if (added.Count > 0)
        {
            // In the order of the upload, which positions follow.
            session.Defer(
                """
                INSERT INTO one_time_keys (user_id, device_id, algorithm, key_id, json)
                SELECT $1, $2, n.algorithm, n.key_id, n.json FROM unnest($3, $4, $5) WITH ORDINALITY AS n (algorithm, key_id, json, number)
                ORDER BY n.number
                """,
                user, device,
                Sql.Texts(added.Select(static key => key.Algorithm)),
                Sql.Texts(added.Select(static key => key.KeyId)),
                Sql.ByteArrays(added.Select(static key => key.Json)));
        }
    }

    // The same key again stays used if it is: a client that repeats a lost request must not take it for a fresh one.
    static void StoreFallbackKey(PostgresSession session, string user, string device, PreKey key) => session.Defer(
        """
        INSERT INTO fallback_keys AS k (user_id, device_id, algorithm, key_id, json, used) VALUES ($1, $2, $3, $4, $5, false)
        ON CONFLICT (user_id, device_id, algorithm) DO UPDATE SET key_id = excluded.key_id, json = excluded.json, used = false
        WHERE k.key_id <> excluded.key_id OR k.json <> excluded.json
        """,
        user, device, key.Algorithm, key.KeyId, Sql.Bytes(key.Json));

    sealed record StoredKey(string Algorithm, string KeyId, ReadOnlyMemory<byte> Json, bool Claimed);

    /// <summary>Ends the write job, so that nothing of the upload stays.</summary>
    public sealed class RefusedException(KeyUploadOutcome outcome) : Exception
    {
        public KeyUploadOutcome Outcome { get; } = outcome;
    }
}
