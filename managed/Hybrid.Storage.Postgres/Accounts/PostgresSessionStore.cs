using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Accounts;

/// <inheritdoc cref="ISessionStore"/>
public sealed class PostgresSessionStore(PostgresDatabase database) : ISessionStore
{
    // Older generations can only be shown by a client that restored an old state of itself; these many are still told
    // "expired, log in again" instead of "unknown, forget your keys".
    const long KeptGenerations = 3;

    // Tokens of one generation beyond the first come from refreshes that were repeated because the answer got lost.
    const long KeptSiblings = 4;

    public ValueTask<OpenedSession?> OpenAsync(NewSession session, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => OpenAsync(writer.Session, session), cancellationToken);

    public ValueTask<AccessTokenRecord?> FindAccessTokenAsync(TokenHash token, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                """
                SELECT s.session_id, s.user_id, s.device_id, t.expires_ts, t.generation, s.confirmed_generation, a.admin, a.guest, a.locked, a.suspended
                FROM access_tokens t JOIN sessions s USING (session_id) JOIN accounts a USING (user_id)
                WHERE t.token_hash = $1 AND NOT a.deactivated
                """,
                ReadAccessToken, token.ToBytes()),
            cancellationToken);

    public async ValueTask ConfirmAsync(long sessionId, long generation, CancellationToken cancellationToken) =>
        await database.WriteAsync(writer => ConfirmAsync(writer.Session, sessionId, generation), cancellationToken);

    public ValueTask<RefreshResult> RefreshAsync(TokenHash refreshToken, TokenPair next, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => RefreshAsync(writer.Session, refreshToken, next, now), cancellationToken);

    static async Task<OpenedSession?> OpenAsync(PostgresSession session, NewSession login)
    {
        var (user, device) = (login.UserId.Value, login.DeviceId.Value);
        if (!await session.AnyAsync("SELECT 1 FROM accounts WHERE user_id = $1 AND NOT deactivated", user))
            return null;

        session.Defer(
            "INSERT INTO devices (user_id, device_id, display_name, created_ts) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            user, device, login.DisplayName, login.Now.ToUnixTimeMilliseconds());
        var revoked = await session.AccessTokensOfAsync(user, device);
        session.Defer("DELETE FROM sessions WHERE user_id = $1 AND device_id = $2", user, device);
        var sessionId = (await session.QueryIntegerAsync(
            "INSERT INTO sessions (user_id, device_id) VALUES ($1, $2) RETURNING session_id", user, device))!.Value;
        await AddTokensAsync(session, sessionId, 0, login.Tokens);
        return new OpenedSession(sessionId, revoked);
    }

    static async Task<RefreshResult> RefreshAsync(PostgresSession session, TokenHash refreshToken, TokenPair next, DateTimeOffset now)
    {
        var found = await session.QueryFirstAsync(
            """
            SELECT t.session_id, t.generation, t.expires_ts, s.confirmed_generation, a.locked
            FROM refresh_tokens t JOIN sessions s USING (session_id) JOIN accounts a USING (user_id)
            WHERE t.token_hash = $1 AND NOT a.deactivated
            """,
            static row => new RefreshTokenRow(row.Integer(0), row.Integer(1), row.OptionalTime(2), row.Integer(3), row.Flag(4)),
            refreshToken.ToBytes());
        if (found is null)
            return RefreshResult.Unknown;
        if (found.Generation < found.Confirmed || found.ExpiresAt <= now)
            return RefreshResult.Spent;
        if (found.IsLocked)
            return RefreshResult.Locked;

        var generation = found.Generation + 1;
        await ConfirmAsync(session, found.SessionId, found.Generation);
        var issue = await AddTokensAsync(session, found.SessionId, generation, next);
        session.Defer(
            "DELETE FROM access_tokens WHERE session_id = $1 AND (generation < $2 OR (generation = $3 AND issue <= $4))",
            found.SessionId, generation - KeptGenerations, generation, issue - KeptSiblings);
        session.Defer(
            "DELETE FROM refresh_tokens WHERE session_id = $1 AND (generation < $2 OR (generation = $3 AND issue <= $4))",
            found.SessionId, generation - KeptGenerations, generation, issue - KeptSiblings);
        return RefreshResult.Refreshed;
    }

    static Task<int> ConfirmAsync(PostgresSession session, long sessionId, long generation) =>
        session.ExecuteAsync(
            "UPDATE sessions SET confirmed_generation = $2 WHERE session_id = $1 AND confirmed_generation < $2", sessionId, generation);

    static async Task<long> AddTokensAsync(PostgresSession session, long sessionId, long generation, TokenPair tokens)
    {
        var issue = (await session.QueryIntegerAsync("UPDATE sessions SET issues = issues + 1 WHERE session_id = $1 RETURNING issues", sessionId))!.Value;
        session.Defer(
            "INSERT INTO access_tokens (token_hash, session_id, generation, issue, expires_ts) VALUES ($1, $2, $3, $4, $5)",
            tokens.Access.ToBytes(), sessionId, generation, issue, AccountRows.ToMilliseconds(tokens.AccessExpiresAt));
        if (tokens.Refresh is { } refresh)
        {
            session.Defer(
                "INSERT INTO refresh_tokens (token_hash, session_id, generation, issue, expires_ts) VALUES ($1, $2, $3, $4, $5)",
                refresh.ToBytes(), sessionId, generation, issue, AccountRows.ToMilliseconds(tokens.RefreshExpiresAt));
        }

        return issue;
    }

    static AccessTokenRecord ReadAccessToken(Row row) =>
        new(row.Integer(0), UserId.Parse(row.Text(1)), DeviceId.Parse(row.Text(2)), row.OptionalTime(3), row.Integer(4), row.Integer(5))
        {
            IsAdmin = row.Flag(6),
            IsGuest = row.Flag(7),
            IsLocked = row.Flag(8),
            IsSuspended = row.Flag(9),
        };

    sealed record RefreshTokenRow(long SessionId, long Generation, DateTimeOffset? ExpiresAt, long Confirmed, bool IsLocked);
}
