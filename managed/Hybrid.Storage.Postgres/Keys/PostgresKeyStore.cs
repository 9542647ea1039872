using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Keys;

/// <inheritdoc cref="IKeyStore"/>
public sealed class PostgresKeyStore(PostgresDatabase database, PreKeyStatusCache cache) : IKeyStore
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
            return await database.WriteAsync(
                writer =>
                {
                    // Not only when this returns: a commit whose outcome is unknown by then may still come.
                    writer.AfterCommit(() => cache.Evict(upload.UserId));
                    return KeyUploads.StoreAsync(writer, upload);
                },
                cancellationToken);
        }
        catch (KeyUploads.RefusedException refused)
        {
            return refused.Outcome;
        }
    }

    public async ValueTask<IReadOnlyList<DeviceKeysRecord>> ReadDeviceKeysAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT user_id, device_id, devices.display_name, device_keys.json
                FROM device_keys JOIN devices USING (user_id, device_id)
                WHERE user_id = ANY ($1) ORDER BY user_id, device_id
                """,
                static row => new DeviceKeysRecord(UserId.Parse(row.Text(0)), DeviceId.Parse(row.Text(1)), row.OptionalText(2), row.Bytes(3)),
                Sql.Texts(userIds.Select(static user => user.Value))),
            cancellationToken);

    public async ValueTask<IReadOnlyList<ClaimedKey>> ClaimAsync(IReadOnlyList<KeyClaim> claims, CancellationToken cancellationToken)
    {
        if (claims.Count == 0)
            return [];

        return await database.WriteAsync(
            writer =>
            {
                writer.AfterCommit(() =>
                {
                    foreach (var claim in claims)
                        cache.Evict(claim.UserId);
                });
                return KeyClaims.TakeAsync(writer.Session, claims);
            },
            cancellationToken);
    }

    ValueTask<PreKeyStatus> ReadStatusAsync(UserId userId, DeviceId deviceId) => database.ReadAsync(
        async session =>
        {
            var counts = new Dictionary<string, int>(StringComparer.Ordinal) { [UsualAlgorithm] = 0 };
            foreach (var (algorithm, count) in await session.QueryAsync(
                "SELECT algorithm, COUNT(*) FROM one_time_keys WHERE user_id = $1 AND device_id = $2 AND NOT claimed GROUP BY algorithm",
                static row => (row.Text(0), (int)row.Integer(1)), userId.Value, deviceId.Value))
            {
                counts[algorithm] = count;
            }

            var unused = await session.QueryAsync(
                "SELECT algorithm FROM fallback_keys WHERE user_id = $1 AND device_id = $2 AND NOT used",
                static row => row.Text(0), userId.Value, deviceId.Value);
            return new PreKeyStatus(counts, unused);
        },
        CancellationToken.None);
}
