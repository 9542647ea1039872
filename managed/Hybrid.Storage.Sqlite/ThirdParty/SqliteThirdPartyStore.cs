using Hybrid.Primitives;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.ThirdParty;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.ThirdParty;

/// <inheritdoc cref="IThirdPartyStore"/>
public sealed class SqliteThirdPartyStore(SqliteDatabase database) : IThirdPartyStore
{
    public ValueTask<UserId?> FindOwnerAsync(ThirdPartyAddress address, CancellationToken cancellationToken) =>
        new(database.Read(session => Owner(session, address) is { } owner ? UserId.Parse(owner) : (UserId?)null));

    public ValueTask<IReadOnlyList<AccountAddress>> ListAsync(UserId userId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT medium, address, validated_ts, added_ts FROM account_addresses WHERE user_id = ?1 ORDER BY added_ts, medium, address",
            static row => new AccountAddress(new ThirdPartyAddress(row.GetString(0), row.GetString(1)), row.Time(2), row.Time(3)), userId.Value)));

    public ValueTask<bool> TryAddAsync(UserId userId, AccountAddress address, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute(
                """
                INSERT INTO account_addresses (medium, address, user_id, validated_ts, added_ts) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (medium, address) DO UPDATE SET validated_ts = excluded.validated_ts WHERE user_id = excluded.user_id
                """,
                address.Address.Medium, address.Address.Address, userId.Value, address.ValidatedAt.ToUnixTimeMilliseconds(), address.AddedAt.ToUnixTimeMilliseconds()) > 0,
            cancellationToken);

    public ValueTask<bool> RemoveAsync(UserId userId, ThirdPartyAddress address, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute(
                "DELETE FROM account_addresses WHERE medium = ?1 AND address = ?2 AND user_id = ?3", address.Medium, address.Address, userId.Value) > 0,
            cancellationToken);

    public ValueTask AddBindingAsync(UserId userId, ThirdPartyAddress address, string identityServer, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute(
                    "INSERT INTO address_bindings (user_id, medium, address, identity_server) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                    userId.Value, address.Medium, address.Address, identityServer);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<(ThirdPartyAddress Address, string IdentityServer)>> ListBindingsAsync(UserId userId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT medium, address, identity_server FROM address_bindings WHERE user_id = ?1 ORDER BY medium, address, identity_server",
            static row => (new ThirdPartyAddress(row.GetString(0), row.GetString(1)), row.GetString(2)), userId.Value)));

    public ValueTask RemoveBindingAsync(UserId userId, ThirdPartyAddress address, string identityServer, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute(
                    "DELETE FROM address_bindings WHERE user_id = ?1 AND medium = ?2 AND address = ?3 AND identity_server = ?4",
                    userId.Value, address.Medium, address.Address, identityServer);
            },
            cancellationToken);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute("DELETE FROM account_addresses WHERE user_id = ?1", userId.Value);
                writer.Session.Execute("DELETE FROM address_bindings WHERE user_id = ?1", userId.Value);
            },
            cancellationToken);

    public ValueTask<AddressProof?> FindProofAsync(ThirdPartyAddress address, string clientSecret, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            """
            SELECT sid, medium, address, client_secret, token_hash, send_attempt, created_ts, next_link, validated_ts, failures
            FROM address_proofs WHERE medium = ?1 AND address = ?2 AND client_secret = ?3
            """,
            ReadProof, address.Medium, address.Address, clientSecret)));

    public ValueTask<AddressProof?> FindProofAsync(string sid, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            """
            SELECT sid, medium, address, client_secret, token_hash, send_attempt, created_ts, next_link, validated_ts, failures
            FROM address_proofs WHERE sid = ?1
            """,
            ReadProof, sid)));

    public ValueTask PutProofAsync(AddressProof proof, DateTimeOffset oldest, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute("DELETE FROM address_proofs WHERE created_ts < ?1", oldest.ToUnixTimeMilliseconds());
                writer.Session.Execute(
                    """
                    INSERT OR REPLACE INTO address_proofs
                        (sid, medium, address, client_secret, token_hash, send_attempt, next_link, created_ts, validated_ts, failures)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                    """,
                    proof.Sid, proof.Address.Medium, proof.Address.Address, proof.ClientSecret, proof.Token.ToBytes(), proof.SendAttempt, proof.NextLink,
                    proof.CreatedAt.ToUnixTimeMilliseconds(), AccountRows.ToMilliseconds(proof.ValidatedAt), proof.Failures);
            },
            cancellationToken);

    public ValueTask<bool> RemoveProofAsync(string sid, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => writer.Session.Execute("DELETE FROM address_proofs WHERE sid = ?1", sid) > 0, cancellationToken);

    public ValueTask<long> CountProofsAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.QueryInteger("SELECT count(*) FROM address_proofs") ?? 0));

    static string? Owner(SqliteSession session, ThirdPartyAddress address) =>
        session.QueryText("SELECT user_id FROM account_addresses WHERE medium = ?1 AND address = ?2", address.Medium, address.Address);

    static AddressProof ReadProof(SqliteDataReader row) =>
        new(row.GetString(0), new ThirdPartyAddress(row.GetString(1), row.GetString(2)), row.GetString(3), row.Hash(4), row.GetInt64(5), row.Time(6))
        {
            NextLink = row.OptionalText(7),
            ValidatedAt = row.OptionalTime(8),
            Failures = row.GetInt64(9),
        };
}
