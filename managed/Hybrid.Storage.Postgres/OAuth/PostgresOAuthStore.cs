using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.OAuth;
using Hybrid.Storage.Postgres.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.OAuth;

/// <inheritdoc cref="IOAuthStore"/>
public sealed class PostgresOAuthStore(PostgresDatabase database) : IOAuthStore
{
    public ValueTask<string?> FindClientAsync(string clientId, CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.QueryTextAsync("SELECT metadata FROM oauth_clients WHERE client_id = $1", clientId), cancellationToken);

    public ValueTask<bool> TryAddClientAsync(
        string clientId, string metadata, DateTimeOffset now, DateTimeOffset oldest, long most, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async writer =>
            {
                var session = writer.Session;
                await session.ExecuteAsync(
                    "DELETE FROM oauth_clients WHERE registered_ts < $1 AND NOT EXISTS (SELECT 1 FROM oauth_grants g WHERE g.client_id = oauth_clients.client_id)",
                    oldest.ToUnixTimeMilliseconds());
                if (await session.QueryIntegerAsync("SELECT count(*) FROM oauth_clients WHERE client_id <> $1", clientId) >= most)
                    return false;

                await session.ExecuteAsync(
                    """
                    INSERT INTO oauth_clients (client_id, metadata, registered_ts) VALUES ($1, $2, $3)
                    ON CONFLICT (client_id) DO UPDATE SET registered_ts = excluded.registered_ts
                    """,
                    clientId, metadata, now.ToUnixTimeMilliseconds());
                return true;
            },
            cancellationToken);

    public async ValueTask PutGrantAsync(OAuthGrant grant, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            """
            INSERT INTO oauth_grants (user_id, device_id, client_id, scope, granted_ts) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (user_id, device_id) DO UPDATE SET client_id = excluded.client_id, scope = excluded.scope, granted_ts = excluded.granted_ts
            """,
            [grant.UserId.Value, grant.DeviceId.Value, grant.ClientId, grant.Scope, grant.GrantedAt.ToUnixTimeMilliseconds()],
            cancellationToken);

    public ValueTask<OAuthGrant?> FindGrantAsync(TokenHash token, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                """
                SELECT g.user_id, g.device_id, g.client_id, g.scope, g.granted_ts
                FROM oauth_grants g JOIN sessions s ON s.user_id = g.user_id AND s.device_id = g.device_id
                WHERE s.session_id = COALESCE(
                    (SELECT session_id FROM access_tokens WHERE token_hash = $1), (SELECT session_id FROM refresh_tokens WHERE token_hash = $1))
                """,
                ReadGrant, token.ToBytes()),
            cancellationToken);

    public async ValueTask<IReadOnlyList<OAuthGrant>> ListGrantsAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                "SELECT user_id, device_id, client_id, scope, granted_ts FROM oauth_grants WHERE user_id = $1 ORDER BY device_id", ReadGrant, userId.Value),
            cancellationToken);

    static OAuthGrant ReadGrant(Row row) => new(UserId.Parse(row.Text(0)), DeviceId.Parse(row.Text(1)), row.Text(2), row.Text(3), row.Time(4));
}
