using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Accounts;

/// <inheritdoc cref="IExternalIdentityStore"/>
public sealed class PostgresExternalIdentityStore(PostgresDatabase database) : IExternalIdentityStore
{
    public ValueTask<UserId?> FindAsync(ExternalIdentity identity, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async session => await session.QueryTextAsync(
                "SELECT user_id FROM external_identities WHERE issuer = $1 AND subject = $2", identity.Issuer, identity.Subject) is { } user
                ? UserId.Parse(user)
                : (UserId?)null,
            cancellationToken);

    public async ValueTask<bool> TryLinkAsync(ExternalIdentity identity, UserId userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "INSERT INTO external_identities (issuer, subject, user_id, linked_ts) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [identity.Issuer, identity.Subject, userId.Value, now.ToUnixTimeMilliseconds()], cancellationToken) > 0;

    public async ValueTask<IReadOnlyList<ExternalIdentity>> ListAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT issuer, subject FROM external_identities WHERE user_id = $1 ORDER BY issuer, subject",
                static row => new ExternalIdentity(row.Text(0), row.Text(1)), userId.Value),
            cancellationToken);

    public async ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM external_identities WHERE user_id = $1", [userId.Value], cancellationToken);
}
