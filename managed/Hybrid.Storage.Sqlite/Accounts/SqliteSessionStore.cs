using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Accounts;

/// <inheritdoc cref="ISessionStore"/>
public sealed class SqliteSessionStore(SqliteDatabase database) : ISessionStore
{
    // Older generations can only be shown by a client that restored an old state of itself; these many are still told
    // "expired, log in again" instead of "unknown, forget your keys".
    const long KeptGenerations = 3;

    // Tokens of one generation beyond the first come from refreshes that were repeated because the answer got lost.
    const long KeptSiblings = 4;

    public ValueTask<OpenedSession?> OpenAsync(NewSession session, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Open(writer, session), cancellationToken);

    public ValueTask<AccessTokenRecord?> FindAccessTokenAsync(TokenHash token, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            """
            SELECT s.session_id, s.user_id, s.device_id, t.expires_ts, t.generation, s.confirmed_generation, a.admin, a.guest, a.locked, a.suspended
            FROM access_tokens t JOIN sessions s USING (session_id) JOIN accounts a USING (user_id)
            WHERE t.token_hash = ?1 AND a.deactivated = 0
            """,
            ReadAccessToken, token.ToBytes())));

    public ValueTask ConfirmAsync(long sessionId, long generation, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Confirm(writer.Session, sessionId, generation), cancellationToken);

    public ValueTask<RefreshResult> RefreshAsync(TokenHash refreshToken, TokenPair next, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Refresh(writer.Session, refreshToken, next, now), cancellationToken);

    static OpenedSession? Open(SqliteWriter writer, NewSession login)
    {
        var session = writer.Session;
        var (user, device) = (login.UserId.Value, login.DeviceId.Value);
        if (session.QueryInteger("SELECT 1 FROM accounts WHERE user_id = ?1 AND deactivated = 0", user) is null)
            return null;

        session.Execute(
            "INSERT INTO devices (user_id, device_id, display_name, created_ts) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            user, device, login.DisplayName, login.Now.ToUnixTimeMilliseconds());
        var revoked = session.AccessTokensOf(user, device);
        session.Execute("DELETE FROM sessions WHERE user_id = ?1 AND device_id = ?2", user, device);
        session.Execute("INSERT INTO sessions (user_id, device_id) VALUES (?1, ?2)", user, device);
        var sessionId = session.QueryInteger("SELECT session_id FROM sessions WHERE user_id = ?1 AND device_id = ?2", user, device)!.Value;
        AddTokens(session, sessionId, 0, login.Tokens);
        return new OpenedSession(sessionId, revoked);
    }

    static RefreshResult Refresh(SqliteSession session, TokenHash refreshToken, TokenPair next, DateTimeOffset now)
    {
        var found = session.QueryFirst(
            """
            SELECT t.session_id, t.generation, t.expires_ts, s.confirmed_generation, a.locked
            FROM refresh_tokens t JOIN sessions s USING (session_id) JOIN accounts a USING (user_id)
            WHERE t.token_hash = ?1 AND a.deactivated = 0
            """,
            static row => new RefreshTokenRow(row.GetInt64(0), row.GetInt64(1), row.OptionalTime(2), row.GetInt64(3), row.GetInt64(4) != 0),
            refreshToken.ToBytes());
        if (found is null)
            return RefreshResult.Unknown;
        if (found.Generation < found.Confirmed || found.ExpiresAt <= now)
            return RefreshResult.Spent;
        if (found.IsLocked)
            return RefreshResult.Locked;

        var generation = found.Generation + 1;
        Confirm(session, found.SessionId, found.Generation);
        var issue = AddTokens(session, found.SessionId, generation, next);
        session.Execute(
            "DELETE FROM access_tokens WHERE session_id = ?1 AND (generation < ?2 OR (generation = ?3 AND issue <= ?4))",
            found.SessionId, generation - KeptGenerations, generation, issue - KeptSiblings);
        session.Execute(
            "DELETE FROM refresh_tokens WHERE session_id = ?1 AND (generation < ?2 OR (generation = ?3 AND issue <= ?4))",
            found.SessionId, generation - KeptGenerations, generation, issue - KeptSiblings);
        return RefreshResult.Refreshed;
    }

    static void Confirm(SqliteSession session, long sessionId, long generation) =>
        session.Execute("UPDATE sessions SET confirmed_generation = ?2 WHERE session_id = ?1 AND confirmed_generation < ?2", sessionId, generation);

    static long AddTokens(SqliteSession session, long sessionId, long generation, TokenPair tokens)
    {
        var issue = session.QueryInteger("UPDATE sessions SET issues = issues + 1 WHERE session_id = ?1 RETURNING issues", sessionId)!.Value;
        session.Execute(
            "INSERT INTO access_tokens (token_hash, session_id, generation, issue, expires_ts) VALUES (?1, ?2, ?3, ?4, ?5)",
            tokens.Access.ToBytes(), sessionId, generation, issue, AccountRows.ToMilliseconds(tokens.AccessExpiresAt));
        if (tokens.Refresh is { } refresh)
        {
            session.Execute(
                "INSERT INTO refresh_tokens (token_hash, session_id, generation, issue, expires_ts) VALUES (?1, ?2, ?3, ?4, ?5)",
                refresh.ToBytes(), sessionId, generation, issue, AccountRows.ToMilliseconds(tokens.RefreshExpiresAt));
        }

        return issue;
    }

    static AccessTokenRecord ReadAccessToken(SqliteDataReader row) =>
        new(row.GetInt64(0), UserId.Parse(row.GetString(1)), DeviceId.Parse(row.GetString(2)), row.OptionalTime(3), row.GetInt64(4), row.GetInt64(5))
        {
            IsAdmin = row.GetInt64(6) != 0,
            IsGuest = row.GetInt64(7) != 0,
            IsLocked = row.GetInt64(8) != 0,
            IsSuspended = row.GetInt64(9) != 0,
        };

    sealed record RefreshTokenRow(long SessionId, long Generation, DateTimeOffset? ExpiresAt, long Confirmed, bool IsLocked);
}
