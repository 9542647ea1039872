using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Keys;

/// <inheritdoc cref="ICrossSigningStore"/>
public sealed class PostgresCrossSigningStore(PostgresDatabase database) : ICrossSigningStore
{
    public async ValueTask<IReadOnlyList<CrossSigningKeyRecord>> ReadKeysAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT user_id, usage, public_key, json FROM cross_signing_keys WHERE user_id = ANY ($1) ORDER BY user_id, usage",
                static row => new CrossSigningKeyRecord(UserId.Parse(row.Text(0)), (CrossSigningUsage)row.Integer(1), row.Text(2), row.Bytes(3)),
                Sql.Texts(userIds.Select(static user => user.Value))),
            cancellationToken);

    public ValueTask<CrossSigningStatus> StoreKeysAsync(
        UserId userId, string? currentMaster, IReadOnlyList<CrossSigningKeyRecord> keys, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                var session = writer.Session;
                var master = await session.QueryTextAsync(
                    "SELECT public_key FROM cross_signing_keys WHERE user_id = $1 AND usage = $2", userId.Value, (long)CrossSigningUsage.Master);
                if (master != currentMaster)
                    return CrossSigningStatus.OtherMasterKey;

                if (await session.AnyAsync(
                    "SELECT 1 FROM devices WHERE user_id = $1 AND device_id = ANY ($2)", userId.Value, Sql.Texts(keys.Select(static key => key.PublicKey))))
                {
                    return CrossSigningStatus.KeyIdInUse;
                }

                if (keys.Any(static key => key.Usage == CrossSigningUsage.Master))
                {
                    foreach (var usage in Enum.GetValues<CrossSigningUsage>())
                        await RemoveAsync(session, userId, usage, keys.FirstOrDefault(key => key.Usage == usage)?.PublicKey ?? "");
                }

                foreach (var key in keys)
                {
                    await RemoveAsync(session, userId, key.Usage, key.PublicKey);
                    session.Defer(
                        """
                        INSERT INTO cross_signing_keys (user_id, usage, public_key, json) VALUES ($1, $2, $3, $4)
                        ON CONFLICT (user_id, usage) DO UPDATE SET public_key = excluded.public_key, json = excluded.json
                        """,
                        userId.Value, (long)key.Usage, key.PublicKey, Sql.Bytes(key.Json));
                }

                if (keys.Any(static key => key.Usage != CrossSigningUsage.UserSigning))
                    DeviceListLog.AppendSigningKeys(writer, userId);
                else
                    DeviceListLog.Append(writer, userId);
                return CrossSigningStatus.Stored;
            },
            cancellationToken);

    public ValueTask AddSignaturesAsync(IReadOnlyList<KeySignature> signatures, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                foreach (var signature in signatures)
                {
                    writer.Session.Defer(
                        """
                        INSERT INTO key_signatures (target_user, target_key, signer, signer_key_id, signature) VALUES ($1, $2, $3, $4, $5)
                        ON CONFLICT (target_user, signer, target_key, signer_key_id) DO UPDATE SET signature = excluded.signature
                        """,
                        signature.TargetUser.Value, signature.TargetKey, signature.Signer.Value, signature.SignerKeyId, signature.Signature);
                }

                foreach (var target in signatures.Select(static signature => signature.TargetUser).Distinct())
                    await AnnounceAsync(writer, target, [.. signatures.Where(signature => signature.TargetUser == target)]);
            },
            cancellationToken);

    public async ValueTask<IReadOnlyList<KeySignature>> ReadSignaturesAsync(
        IReadOnlyCollection<UserId> userIds, UserId viewer, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT target_user, target_key, signer, signer_key_id, signature FROM key_signatures
                WHERE target_user = ANY ($1) AND signer IN (target_user, $2)
                """,
                static row => new KeySignature(UserId.Parse(row.Text(0)), row.Text(1), UserId.Parse(row.Text(2)), row.Text(3), row.Text(4)),
                Sql.Texts(userIds.Select(static user => user.Value)), viewer.Value),
            cancellationToken);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                writer.Session.Defer("DELETE FROM key_signatures WHERE target_user = $1 OR signer = $1", userId.Value);
                if (await writer.Session.ExecuteAsync("DELETE FROM cross_signing_keys WHERE user_id = $1", userId.Value) > 0)
                    DeviceListLog.Append(writer, userId);
            },
            cancellationToken);

    // What users sign of others stays between them; what they sign of their own, other servers are told too.
    static async Task AnnounceAsync(PostgresWriter writer, UserId target, IReadOnlyList<KeySignature> signatures)
    {
        var own = signatures.Where(signature => signature.Signer == target).Select(static signature => signature.TargetKey).Distinct().ToList();
        var devices = await writer.Session.QueryAsync(
            "SELECT device_id FROM devices WHERE user_id = $1 AND device_id = ANY ($2)", static row => row.Text(0), target.Value, Sql.Texts(own));
        DeviceListLog.AppendDevices(writer, target, devices);
        if (own.Count > devices.Count)
            DeviceListLog.AppendSigningKeys(writer, target);
        else if (own.Count == 0)
            DeviceListLog.Append(writer, target);
    }

    // Takes a key down unless it is the one to keep, with the signatures on it and by it.
    internal static async Task RemoveAsync(PostgresSession session, UserId userId, CrossSigningUsage usage, string keep)
    {
        if (await session.QueryTextAsync(
            "DELETE FROM cross_signing_keys WHERE user_id = $1 AND usage = $2 AND public_key <> $3 RETURNING public_key",
            userId.Value, (long)usage, keep) is not { } removed)
        {
            return;
        }

        session.Defer("DELETE FROM key_signatures WHERE target_user = $1 AND target_key = $2", userId.Value, removed);
        session.Defer("DELETE FROM key_signatures WHERE signer = $1 AND signer_key_id = $2", userId.Value, $"ed25519:{removed}");
    }
}
