using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Accounts;

/// <inheritdoc cref="IOpenIdTokenStore"/>
public sealed class PostgresOpenIdTokenStore(PostgresDatabase database) : IOpenIdTokenStore
{
    public ValueTask AddAsync(TokenHash token, UserId userId, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                var session = writer.Session;
                await session.ExecuteAsync("DELETE FROM openid_tokens WHERE expires_ts <= $1", now.ToUnixTimeMilliseconds());
                await session.ExecuteAsync(
                    """
                    DELETE FROM openid_tokens WHERE token_hash IN (
                        SELECT token_hash FROM openid_tokens WHERE user_id = $1 ORDER BY expires_ts DESC OFFSET $2)
                    """,
                    userId.Value, IOpenIdTokenStore.MaxPerUser - 1L);
                await session.ExecuteAsync(
                    "INSERT INTO openid_tokens (token_hash, user_id, expires_ts) VALUES ($1, $2, $3)",
                    token.ToBytes(), userId.Value, expiresAt.ToUnixTimeMilliseconds());
            },
            cancellationToken);

    public async ValueTask<UserId?> FindAsync(TokenHash token, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryTextAsync(
                "SELECT user_id FROM openid_tokens WHERE token_hash = $1 AND expires_ts > $2", token.ToBytes(), now.ToUnixTimeMilliseconds()),
            cancellationToken) is { } user
                ? UserId.Parse(user)
                : null;

    public async ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM openid_tokens WHERE user_id = $1", [userId.Value], cancellationToken);
}
