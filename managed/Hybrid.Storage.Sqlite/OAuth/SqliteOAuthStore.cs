using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.OAuth;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.OAuth;

/// <inheritdoc cref="IOAuthStore"/>
public sealed class SqliteOAuthStore(SqliteDatabase database) : IOAuthStore
{
    public ValueTask<string?> FindClientAsync(string clientId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryText("SELECT metadata FROM oauth_clients WHERE client_id = ?1", clientId)));

    public ValueTask<bool> TryAddClientAsync(
        string clientId, string metadata, DateTimeOffset now, DateTimeOffset oldest, long most, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                session.Execute(
                    "DELETE FROM oauth_clients WHERE registered_ts < ?1 AND NOT EXISTS (SELECT 1 FROM oauth_grants g WHERE g.client_id = oauth_clients.client_id)",
                    oldest.ToUnixTimeMilliseconds());
                if (session.QueryInteger("SELECT count(*) FROM oauth_clients WHERE client_id <> ?1", clientId) >= most)
                    return false;

                session.Execute(
                    """
                    INSERT INTO oauth_clients (client_id, metadata, registered_ts) VALUES (?1, ?2, ?3)
                    ON CONFLICT (client_id) DO UPDATE SET registered_ts = excluded.registered_ts
                    """,
                    clientId, metadata, now.ToUnixTimeMilliseconds());
                return true;
            },
            cancellationToken);

    public ValueTask PutGrantAsync(OAuthGrant grant, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                writer.Session.Execute(
                    "INSERT OR REPLACE INTO oauth_grants (user_id, device_id, client_id, scope, granted_ts) VALUES (?1, ?2, ?3, ?4, ?5)",
                    grant.UserId.Value, grant.DeviceId.Value, grant.ClientId, grant.Scope, grant.GrantedAt.ToUnixTimeMilliseconds());
            },
            cancellationToken);

    public ValueTask<OAuthGrant?> FindGrantAsync(TokenHash token, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            """
            SELECT g.user_id, g.device_id, g.client_id, g.scope, g.granted_ts
            FROM oauth_grants g JOIN sessions s ON s.user_id = g.user_id AND s.device_id = g.device_id
            WHERE s.session_id = COALESCE(
                (SELECT session_id FROM access_tokens WHERE token_hash = ?1), (SELECT session_id FROM refresh_tokens WHERE token_hash = ?1))
            """,
            ReadGrant, token.ToBytes())));

    public ValueTask<IReadOnlyList<OAuthGrant>> ListGrantsAsync(UserId userId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            "SELECT user_id, device_id, client_id, scope, granted_ts FROM oauth_grants WHERE user_id = ?1 ORDER BY device_id", ReadGrant, userId.Value)));

    static OAuthGrant ReadGrant(SqliteDataReader row) =>
        new(UserId.Parse(row.GetString(0)), DeviceId.Parse(row.GetString(1)), row.GetString(2), row.GetString(3), row.Time(4));
}
