using Hybrid.Storage.Keys;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Keys;

/// <summary>Hands out one-time and fallback keys. The one writer makes a claim atomic: the next one sees the key taken.</summary>
static class KeyClaims
{
    public static IReadOnlyList<ClaimedKey> Take(SqliteSession session, IReadOnlyList<KeyClaim> claims)
    {
        var taken = new List<ClaimedKey>(claims.Count);
        foreach (var claim in claims)
        {
            if ((TakeOneTimeKey(session, claim) ?? TakeFallbackKey(session, claim)) is { } key)
                taken.Add(new ClaimedKey(claim.UserId, claim.DeviceId, key));
        }

        return taken;
    }

    static PreKey? TakeOneTimeKey(SqliteSession session, KeyClaim claim)
    {
        var (user, device, algorithm) = (claim.UserId.Value, claim.DeviceId.Value, claim.Algorithm);
        var key = session.QueryFirst(
            """
            UPDATE one_time_keys SET claimed = 1 WHERE position = (
                SELECT position FROM one_time_keys
                WHERE user_id = ?1 AND device_id = ?2 AND claimed = 0 AND algorithm = ?3
                ORDER BY position LIMIT 1)
            RETURNING key_id, json
            """,
            row => new PreKey(algorithm, row.GetString(0), row.GetFieldValue<byte[]>(1)), user, device, algorithm);
        if (key is not null)
        {
            // A client repeats an upload within its next few requests or never; the last hundred claimed keys are enough to know it by.
            session.Execute(
                """
                DELETE FROM one_time_keys WHERE user_id = ?1 AND device_id = ?2 AND claimed = 1 AND algorithm = ?3 AND position <= (
                    SELECT position FROM one_time_keys
                    WHERE user_id = ?1 AND device_id = ?2 AND claimed = 1 AND algorithm = ?3
                    ORDER BY position DESC LIMIT 1 OFFSET 100)
                """,
                user, device, algorithm);
        }

        return key;
    }

    static PreKey? TakeFallbackKey(SqliteSession session, KeyClaim claim) => session.QueryFirst(
        "UPDATE fallback_keys SET used = 1 WHERE user_id = ?1 AND device_id = ?2 AND algorithm = ?3 RETURNING key_id, json",
        row => new PreKey(claim.Algorithm, row.GetString(0), row.GetFieldValue<byte[]>(1)),
        claim.UserId.Value, claim.DeviceId.Value, claim.Algorithm);
}
