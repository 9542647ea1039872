using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Keys;

/// <summary>Writes the cross-signing keys of other servers' users.</summary>
static class RemoteSigningKeys
{
    static readonly CrossSigningUsage[] Usages = [CrossSigningUsage.Master, CrossSigningUsage.SelfSigning];

    /// <summary>Puts <paramref name="keys"/> in the place of those that are stored; whether anyone who looks sees a change.</summary>
    /// <param name="session">The writing session.</param>
    /// <param name="userId">The owner.</param>
    /// <param name="keys">Master and self-signing keys.</param>
    /// <param name="areAll">Whether these are all that there are; otherwise one that is missing stays, if it can.</param>
    public static async Task<bool> StoreAsync(PostgresSession session, UserId userId, IReadOnlyList<CrossSigningKeyRecord> keys, bool areAll)
    {
        var stored = (await session.QueryAsync(
            "SELECT usage, public_key, json FROM cross_signing_keys WHERE user_id = $1",
            row => new CrossSigningKeyRecord(userId, (CrossSigningUsage)row.Integer(0), row.Text(1), row.Bytes(2)),
            userId.Value)).ToDictionary(static key => key.Usage);
        var given = keys.ToDictionary(static key => key.Usage);

        // What another master key signed says nothing any more.
        var isNewMaster = given.GetValueOrDefault(CrossSigningUsage.Master) is { } master
            && stored.GetValueOrDefault(CrossSigningUsage.Master)?.PublicKey != master.PublicKey;
        var changed = false;
        foreach (var usage in Usages)
        {
            var known = stored.GetValueOrDefault(usage);
            if (!given.TryGetValue(usage, out var key))
            {
                if (known is not null && (areAll || isNewMaster))
                {
                    await PostgresCrossSigningStore.RemoveAsync(session, userId, usage, "");
                    changed = true;
                }
            }
            else if (known?.PublicKey != key.PublicKey || !SignedJson.AreEqual(known.Json, key.Json))
            {
                await PostgresCrossSigningStore.RemoveAsync(session, userId, usage, key.PublicKey);
                session.Defer(
                    """
                    INSERT INTO cross_signing_keys (user_id, usage, public_key, json) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (user_id, usage) DO UPDATE SET public_key = excluded.public_key, json = excluded.json
                    """,
                    userId.Value, (long)usage, key.PublicKey, Sql.Bytes(key.Json));
                changed = true;
            }
        }

        return changed;
    }
}
