using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Keys;

/// <summary>Hands out one-time and fallback keys. The one writer makes a claim atomic: the next one sees the key taken.</summary>
static class KeyClaims
{
    public static async Task<IReadOnlyList<ClaimedKey>> TakeAsync(PostgresSession session, IReadOnlyList<KeyClaim> claims)
    {
        var taken = new List<ClaimedKey>(claims.Count);
        foreach (var claim in claims)
        {
            if ((await TakeOneTimeKeyAsync(session, claim) ?? await TakeFallbackKeyAsync(session, claim)) is { } key)
                taken.Add(new ClaimedKey(claim.UserId, claim.DeviceId, key));
        }

        return taken;
    }

    static async Task<PreKey?> TakeOneTimeKeyAsync(PostgresSession session, KeyClaim claim)
    {
        var (user, device, algorithm) = (claim.UserId.Value, claim.DeviceId.Value, claim.Algorithm);
        var key = await session.QueryFirstAsync(
            """
            UPDATE one_time_keys SET claimed = true WHERE position = (
                SELECT position FROM one_time_keys
                WHERE user_id = $1 AND device_id = $2 AND NOT claimed AND algorithm = $3
                ORDER BY position LIMIT 1)
            RETURNING key_id, json
            """,
            row => new PreKey(algorithm, row.Text(0), row.Bytes(1)), user, device, algorithm);
        if (key is not null)
        {
            // A client repeats an upload within its next few requests or never; the last hundred claimed keys are enough to know it by.
            session.Defer(
                """
                DELETE FROM one_time_keys WHERE user_id = $1 AND device_id = $2 AND claimed AND algorithm = $3 AND position <= (
                    SELECT position FROM one_time_keys
                    WHERE user_id = $1 AND device_id = $2 AND claimed AND algorithm = $3
                    ORDER BY position DESC LIMIT 1 OFFSET 100)
                """,
                user, device, algorithm);
        }

        return key;
    }

    static Task<PreKey?> TakeFallbackKeyAsync(PostgresSession session, KeyClaim claim) => session.QueryFirstAsync(
        "UPDATE fallback_keys SET used = true WHERE user_id = $1 AND device_id = $2 AND algorithm = $3 RETURNING key_id, json",
        row => new PreKey(claim.Algorithm, row.Text(0), row.Bytes(1)),
        claim.UserId.Value, claim.DeviceId.Value, claim.Algorithm);
}
