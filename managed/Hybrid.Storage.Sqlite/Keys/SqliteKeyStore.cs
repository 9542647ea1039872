using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Keys;

/// <inheritdoc cref="IKeyStore"/>
public sealed class SqliteKeyStore(SqliteDatabase database, PreKeyStatusCache cache) : IKeyStore
{
    // Clients of encrypted rooms all use this one and take its absence for an old server.
    const string UsualAlgorithm = "signed_curve25519";

    public async ValueTask<IReadOnlyDictionary<string, int>> CountOneTimeKeysAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken) =>
        (await cache.GetAsync(userId, deviceId, ReadStatusAsync)).OneTimeKeyCounts;

    public async ValueTask<IReadOnlyList<string>> ReadUnusedFallbackKeyTypesAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken) =>
        (await cache.GetAsync(userId, deviceId, ReadStatusAsync)).UnusedFallbackKeyTypes;

    public async ValueTask<KeyUploadOutcome> StoreAsync(KeyUpload upload, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteAsync(writer => KeyUploads.Store(writer, upload), cancellationToken);
        }
        catch (KeyUploads.RefusedException refused)
        {
            return refused.Outcome;
        }
        finally
        {
            cache.Evict(upload.UserId);
        }
    }

    public ValueTask<IReadOnlyList<DeviceKeysRecord>> ReadDeviceKeysAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        new(database.Read(session =>
        {
            var records = new List<DeviceKeysRecord>();
            foreach (var userId in userIds)
            {
                records.AddRange(session.Query(
                    """
                    SELECT device_keys.device_id, devices.display_name, device_keys.json
                    FROM device_keys JOIN devices USING (user_id, device_id)
                    WHERE device_keys.user_id = ?1
                    """,
                    row => new DeviceKeysRecord(
                        userId, DeviceId.Parse(row.GetString(0)), row.IsDBNull(1) ? null : row.GetString(1), row.GetFieldValue<byte[]>(2)),
                    userId.Value));
            }

            return records;
        }));

    public async ValueTask<IReadOnlyList<ClaimedKey>> ClaimAsync(IReadOnlyList<KeyClaim> claims, CancellationToken cancellationToken)
    {
        if (claims.Count == 0)
            return [];

        try
        {
            return await database.WriteAsync(writer => KeyClaims.Take(writer.Session, claims), cancellationToken);
        }
        finally
        {
            foreach (var claim in claims)
                cache.Evict(claim.UserId);
        }
    }

    ValueTask<PreKeyStatus> ReadStatusAsync(UserId userId, DeviceId deviceId) => new(database.Read(session =>
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal) { [UsualAlgorithm] = 0 };
        foreach (var (algorithm, count) in session.Query(
            "SELECT algorithm, COUNT(*) FROM one_time_keys WHERE user_id = ?1 AND device_id = ?2 AND claimed = 0 GROUP BY algorithm",
            static row => (row.GetString(0), row.GetInt32(1)), userId.Value, deviceId.Value))
        {
            counts[algorithm] = count;
        }

        var unused = session.Query(
            "SELECT algorithm FROM fallback_keys WHERE user_id = ?1 AND device_id = ?2 AND used = 0",
            static row => row.GetString(0), userId.Value, deviceId.Value);
        return new PreKeyStatus(counts, unused);
    }));
}
