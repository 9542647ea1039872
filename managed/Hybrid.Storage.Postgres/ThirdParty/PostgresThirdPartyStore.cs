using Hybrid.Primitives;
using Hybrid.Storage.Postgres.Accounts;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.Storage.Postgres.ThirdParty;

/// <inheritdoc cref="IThirdPartyStore"/>
public sealed class PostgresThirdPartyStore(PostgresDatabase database) : IThirdPartyStore
{
    public ValueTask<UserId?> FindOwnerAsync(ThirdPartyAddress address, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async session => await session.QueryTextAsync(
                "SELECT user_id FROM account_addresses WHERE medium = $1 AND address = $2", address.Medium, address.Address) is { } owner
                ? UserId.Parse(owner)
                : (UserId?)null,
            cancellationToken);

    public async ValueTask<IReadOnlyList<AccountAddress>> ListAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT medium, address, validated_ts, added_ts FROM account_addresses WHERE user_id = $1 ORDER BY added_ts, medium, address",
                static row => new AccountAddress(new ThirdPartyAddress(row.Text(0), row.Text(1)), row.Time(2), row.Time(3)), userId.Value),
            cancellationToken);

    public async ValueTask<bool> TryAddAsync(UserId userId, AccountAddress address, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            """
            INSERT INTO account_addresses (medium, address, user_id, validated_ts, added_ts) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (medium, address) DO UPDATE SET validated_ts = excluded.validated_ts WHERE account_addresses.user_id = excluded.user_id
            """,
            [address.Address.Medium, address.Address.Address, userId.Value, address.ValidatedAt.ToUnixTimeMilliseconds(), address.AddedAt.ToUnixTimeMilliseconds()],
            cancellationToken) > 0;

    public async ValueTask<bool> RemoveAsync(UserId userId, ThirdPartyAddress address, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "DELETE FROM account_addresses WHERE medium = $1 AND address = $2 AND user_id = $3", [address.Medium, address.Address, userId.Value], cancellationToken) > 0;

    public async ValueTask AddBindingAsync(UserId userId, ThirdPartyAddress address, string identityServer, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "INSERT INTO address_bindings (user_id, medium, address, identity_server) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [userId.Value, address.Medium, address.Address, identityServer], cancellationToken);

    public async ValueTask<IReadOnlyList<(ThirdPartyAddress Address, string IdentityServer)>> ListBindingsAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT medium, address, identity_server FROM address_bindings WHERE user_id = $1 ORDER BY medium, address, identity_server",
                static row => (new ThirdPartyAddress(row.Text(0), row.Text(1)), row.Text(2)), userId.Value),
            cancellationToken);

    public async ValueTask RemoveBindingAsync(UserId userId, ThirdPartyAddress address, string identityServer, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "DELETE FROM address_bindings WHERE user_id = $1 AND medium = $2 AND address = $3 AND identity_server = $4",
            [userId.Value, address.Medium, address.Address, identityServer], cancellationToken);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                await writer.Session.ExecuteAsync("DELETE FROM account_addresses WHERE user_id = $1", userId.Value);
                await writer.Session.ExecuteAsync("DELETE FROM address_bindings WHERE user_id = $1", userId.Value);
            },
            cancellationToken);

    public ValueTask<AddressProof?> FindProofAsync(ThirdPartyAddress address, string clientSecret, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                """
                SELECT sid, medium, address, client_secret, token_hash, send_attempt, created_ts, next_link, validated_ts, failures
                FROM address_proofs WHERE medium = $1 AND address = $2 AND client_secret = $3
                """,
                ReadProof, address.Medium, address.Address, clientSecret),
            cancellationToken);

    public ValueTask<AddressProof?> FindProofAsync(string sid, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                """
                SELECT sid, medium, address, client_secret, token_hash, send_attempt, created_ts, next_link, validated_ts, failures
                FROM address_proofs WHERE sid = $1
                """,
                ReadProof, sid),
            cancellationToken);

    public ValueTask PutProofAsync(AddressProof proof, DateTimeOffset oldest, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                await writer.Session.ExecuteAsync("DELETE FROM address_proofs WHERE created_ts < $1", oldest.ToUnixTimeMilliseconds());
                await writer.Session.ExecuteAsync(
                    "DELETE FROM address_proofs WHERE sid = $1 OR (medium = $2 AND address = $3 AND client_secret = $4)",
                    proof.Sid, proof.Address.Medium, proof.Address.Address, proof.ClientSecret);
                await writer.Session.ExecuteAsync(
                    """
                    INSERT INTO address_proofs
                        (sid, medium, address, client_secret, token_hash, send_attempt, next_link, created_ts, validated_ts, failures)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                    """,
                    proof.Sid, proof.Address.Medium, proof.Address.Address, proof.ClientSecret, proof.Token.ToBytes(), proof.SendAttempt, proof.NextLink,
                    proof.CreatedAt.ToUnixTimeMilliseconds(), AccountRows.ToMilliseconds(proof.ValidatedAt), proof.Failures);
            },
            cancellationToken);

    public async ValueTask<bool> RemoveProofAsync(string sid, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM address_proofs WHERE sid = $1", [sid], cancellationToken) > 0;

    public async ValueTask<long> CountProofsAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(static session => session.QueryIntegerAsync("SELECT count(*) FROM address_proofs"), cancellationToken) ?? 0;

    static AddressProof ReadProof(Row row) =>
        new(row.Text(0), new ThirdPartyAddress(row.Text(1), row.Text(2)), row.Text(3), row.Hash(4), row.Integer(5), row.Time(6))
        {
            NextLink = row.OptionalText(7),
            ValidatedAt = row.OptionalTime(8),
            Failures = row.Integer(9),
        };
}
