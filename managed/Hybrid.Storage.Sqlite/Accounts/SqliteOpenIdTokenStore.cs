using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Accounts;

/// <inheritdoc cref="IOpenIdTokenStore"/>
public sealed class SqliteOpenIdTokenStore(SqliteDatabase database) : IOpenIdTokenStore
{
    public ValueTask AddAsync(TokenHash token, UserId userId, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer =>
            {
                var session = writer.Session;
                session.Execute("DELETE FROM openid_tokens WHERE expires_ts <= ?1", now.ToUnixTimeMilliseconds());
                session.Execute(
                    """
                    DELETE FROM openid_tokens WHERE token_hash IN (
                        SELECT token_hash FROM openid_tokens WHERE user_id = ?1 ORDER BY expires_ts DESC LIMIT -1 OFFSET ?2)
                    """,
                    userId.Value, IOpenIdTokenStore.MaxPerUser - 1L);
                session.Execute(
                    "INSERT INTO openid_tokens (token_hash, user_id, expires_ts) VALUES (?1, ?2, ?3)",
                    token.ToBytes(), userId.Value, expiresAt.ToUnixTimeMilliseconds());
            },
            cancellationToken);

    public ValueTask<UserId?> FindAsync(TokenHash token, DateTimeOffset now, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryText(
            "SELECT user_id FROM openid_tokens WHERE token_hash = ?1 AND expires_ts > ?2", token.ToBytes(), now.ToUnixTimeMilliseconds())) is { } user
                ? UserId.Parse(user)
                : null);

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => { writer.Session.Execute("DELETE FROM openid_tokens WHERE user_id = ?1", userId.Value); }, cancellationToken);
}
