using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Keys;

/// <inheritdoc cref="ICrossSigningStore"/>
public sealed class SqliteCrossSigningStore(SqliteDatabase database) : ICrossSigningStore
{
    public ValueTask<IReadOnlyList<CrossSigningKeyRecord>> ReadKeysAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken) =>
        new(database.Read(session =>
        {
            var records = new List<CrossSigningKeyRecord>();
            foreach (var userId in userIds)
            {
                records.AddRange(session.Query(
                    "SELECT usage, public_key, json FROM cross_signing_keys WHERE user_id = ?1",
                    row => new CrossSigningKeyRecord(userId, (CrossSigningUsage)row.GetInt32(0), row.GetString(1), row.GetFieldValue<byte[]>(2)),
                    userId.Value));
            }

            return records;
        }));

    public ValueTask<CrossSigningStatus> StoreKeysAsync(
        UserId userId, string? currentMaster, IReadOnlyList<CrossSigningKeyRecord> keys, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                var master = session.QueryText(
                    "SELECT public_key FROM cross_signing_keys WHERE user_id = ?1 AND usage = ?2", userId.Value, (long)CrossSigningUsage.Master);
                if (master != currentMaster)
                    return CrossSigningStatus.OtherMasterKey;

                foreach (var key in keys)
                {
                    if (session.QueryInteger("SELECT 1 FROM devices WHERE user_id = ?1 AND device_id = ?2", userId.Value, key.PublicKey) is not null)
                        return CrossSigningStatus.KeyIdInUse;
                }

                if (keys.Any(static key => key.Usage == CrossSigningUsage.Master))
                {
                    foreach (var usage in Enum.GetValues<CrossSigningUsage>())
                        Remove(session, userId, usage, keys.FirstOrDefault(key => key.Usage == usage)?.PublicKey ?? "");
                }

                foreach (var key in keys)
                {
                    Remove(session, userId, key.Usage, key.PublicKey);
                    session.Execute(
                        """
                        INSERT INTO cross_signing_keys (user_id, usage, public_key, json) VALUES (?1, ?2, ?3, ?4)
                        ON CONFLICT (user_id, usage) DO UPDATE SET public_key = excluded.public_key, json = excluded.json
                        """,
                        userId.Value, (long)key.Usage, key.PublicKey, key.Json.ToArray());
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
            writer =>
            {
                foreach (var signature in signatures)
                {
                    writer.Session.Execute(
                        """
                        INSERT INTO key_signatures (target_user, target_key, signer, signer_key_id, signature) VALUES (?1, ?2, ?3, ?4, ?5)
                        ON CONFLICT (target_user, signer, target_key, signer_key_id) DO UPDATE SET signature = excluded.signature
                        """,
                        signature.TargetUser.Value, signature.TargetKey, signature.Signer.Value, signature.SignerKeyId, signature.Signature);
                }

                foreach (var target in signatures.Select(static signature => signature.TargetUser).Distinct())
                    Announce(writer, target, [.. signatures.Where(signature => signature.TargetUser == target)]);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<KeySignature>> ReadSignaturesAsync(
        IReadOnlyCollection<UserId> userIds, UserId viewer, CancellationToken cancellationToken) =>
        new(database.Read(session =>
        {
            var signatures = new List<KeySignature>();
            foreach (var userId in userIds)
            {
                signatures.AddRange(session.Query(
                    """
                    SELECT target_key, signer, signer_key_id, signature FROM key_signatures
                    WHERE target_user = ?1 AND signer IN (?1, ?2)
                    """,
                    row => new KeySignature(userId, row.GetString(0), UserId.Parse(row.GetString(1)), row.GetString(2), row.GetString(3)),
                    userId.Value, viewer.Value));
            }

            return signatures;
        }));

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute("DELETE FROM key_signatures WHERE target_user = ?1 OR signer = ?1", userId.Value);
                if (writer.Session.Execute("DELETE FROM cross_signing_keys WHERE user_id = ?1", userId.Value) > 0)
                    DeviceListLog.Append(writer, userId);
            },
            cancellationToken);

    // What users sign of others stays between them; what they sign of their own, other servers are told too.
    static void Announce(SqliteWriter writer, UserId target, IReadOnlyList<KeySignature> signatures)
    {
        var own = signatures.Where(signature => signature.Signer == target).Select(static signature => signature.TargetKey).Distinct().ToList();
        var devices = own.FindAll(key =>
            writer.Session.QueryInteger("SELECT 1 FROM devices WHERE user_id = ?1 AND device_id = ?2", target.Value, key) is not null);
        DeviceListLog.AppendDevices(writer, target, devices);
        if (own.Count > devices.Count)
            DeviceListLog.AppendSigningKeys(writer, target);
        else if (own.Count == 0)
            DeviceListLog.Append(writer, target);
    }

    // Takes a key down unless it is the one to keep, with the signatures on it and by it.
    internal static void Remove(SqliteSession session, UserId userId, CrossSigningUsage usage, string keep)
    {
        if (session.QueryText(
            "DELETE FROM cross_signing_keys WHERE user_id = ?1 AND usage = ?2 AND public_key <> ?3 RETURNING public_key",
            userId.Value, (long)usage, keep) is not { } removed)
        {
            return;
        }

        session.Execute("DELETE FROM key_signatures WHERE target_user = ?1 AND target_key = ?2", userId.Value, removed);
        session.Execute("DELETE FROM key_signatures WHERE signer = ?1 AND signer_key_id = ?2", userId.Value, $"ed25519:{removed}");
    }
}
