using System.Collections.Frozen;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Accounts;

/// <inheritdoc cref="IAccountStore"/>
public sealed class PostgresAccountStore(PostgresDatabase database, TimeProvider time) : IAccountStore
{
    public ValueTask<AccountRecord?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                "SELECT user_id, password_hash, created_ts, admin, guest, deactivated, erased, locked, suspended FROM accounts WHERE user_id = $1",
                ReadAccount, userId.Value),
            cancellationToken);

    public ValueTask<bool> AnyAccountAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(static session => session.AnyAsync("SELECT 1 FROM accounts LIMIT 1"), cancellationToken);

    public async ValueTask<IReadOnlyList<AccountRecord>> ListAsync(UserId? after, int limit, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT user_id, password_hash, created_ts, admin, guest, deactivated, erased, locked, suspended FROM accounts
                WHERE user_id > $1 ORDER BY user_id LIMIT $2
                """,
                ReadAccount, after?.Value ?? "", (long)limit),
            cancellationToken);

    public ValueTask<AccountAddition> TryAddAsync(NewAccount account, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => TryAddAsync(writer.Session, account), cancellationToken);

    public async ValueTask SetPasswordHashAsync(UserId userId, string passwordHash, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE accounts SET password_hash = $2 WHERE user_id = $1 AND NOT deactivated", [userId.Value, passwordHash], cancellationToken);

    public async ValueTask<bool> ReplacePasswordHashAsync(UserId userId, string current, string replacement, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "UPDATE accounts SET password_hash = $3 WHERE user_id = $1 AND password_hash = $2",
            [userId.Value, current, replacement], cancellationToken) > 0;

    public ValueTask<IReadOnlyList<TokenHash>?> SetAdminAsync(UserId userId, bool isAdmin, CancellationToken cancellationToken) =>
        SetFlagAsync("UPDATE accounts SET admin = $2 WHERE user_id = $1", userId, isAdmin, cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>?> SetLockedAsync(UserId userId, bool isLocked, CancellationToken cancellationToken) =>
        SetFlagAsync("UPDATE accounts SET locked = $2 WHERE user_id = $1", userId, isLocked, cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>?> SetSuspendedAsync(UserId userId, bool isSuspended, CancellationToken cancellationToken) =>
        SetFlagAsync("UPDATE accounts SET suspended = $2 WHERE user_id = $1", userId, isSuspended, cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>?> UpgradeGuestAsync(UserId userId, string passwordHash, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>?>(
            async writer =>
            {
                var changed = await writer.Session.ExecuteAsync(
                    "UPDATE accounts SET guest = false, password_hash = $2 WHERE user_id = $1 AND guest AND NOT deactivated", userId.Value, passwordHash);
                return changed == 0 ? null : await writer.Session.AccessTokensOfAsync(userId.Value);
            },
            cancellationToken);

    public async ValueTask<IReadOnlyDictionary<UserId, long>> ReadErasedAsync(CancellationToken cancellationToken) =>
        (await database.ReadAsync(
            static session => session.QueryAsync(
                "SELECT user_id, erased_position FROM accounts WHERE erased_position IS NOT NULL",
                static row => KeyValuePair.Create(UserId.Parse(row.Text(0)), row.Integer(1))),
            cancellationToken)).ToFrozenDictionary();

    public ValueTask<IReadOnlyList<TokenHash>?> DeactivateAsync(UserId userId, bool erase, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>?>(async writer => await DeactivateAsync(writer, userId, erase), cancellationToken);

    ValueTask<IReadOnlyList<TokenHash>?> SetFlagAsync(string sql, UserId userId, bool flag, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>?>(
            async writer => await writer.Session.ExecuteAsync(sql, userId.Value, flag) == 0 ? null : await writer.Session.AccessTokensOfAsync(userId.Value),
            cancellationToken);

    async Task<AccountAddition> TryAddAsync(PostgresSession session, NewAccount account)
    {
        var record = account.Account;
        if (await session.AnyAsync("SELECT 1 FROM accounts WHERE user_id = $1", record.UserId.Value))
            return AccountAddition.UserInUse;

        if (account.RegistrationToken is { } token)
        {
            var taken = await session.ExecuteAsync(
                """
                UPDATE registration_tokens SET completed = completed + 1
                WHERE token = $1 AND (uses_allowed IS NULL OR completed < uses_allowed) AND (expires_ts IS NULL OR expires_ts > $2)
                """,
                token, time.GetUtcNow().ToUnixTimeMilliseconds());
            if (taken == 0)
                return AccountAddition.TokenSpent;
        }

        await session.ExecuteAsync(
            "INSERT INTO accounts (user_id, password_hash, admin, guest, created_ts) VALUES ($1, $2, $3, $4, $5)",
            record.UserId.Value, record.PasswordHash, record.IsAdmin, record.IsGuest, record.CreatedAt.ToUnixTimeMilliseconds());
        if (account.DisplayName is { } name)
        {
            await session.ExecuteAsync(
                "INSERT INTO profile_fields (user_id, name, value) VALUES ($1, 'displayname', $2)",
                record.UserId.Value, $"\"{JsonEncodedText.Encode(name)}\"");
        }

        return AccountAddition.Added;
    }

    static async Task<List<TokenHash>?> DeactivateAsync(PostgresWriter writer, UserId userId, bool erase)
    {
        var session = writer.Session;
        var ended = await session.AccessTokensOfAsync(userId.Value);
        var changed = await session.ExecuteAsync(
            """
            UPDATE accounts SET deactivated = true, password_hash = NULL, admin = false, erased = erased OR $2,
                erased_position = CASE WHEN $2 AND erased_position IS NULL THEN (SELECT COALESCE(MAX(position), 0) FROM events WHERE position > 0) ELSE erased_position END
            WHERE user_id = $1
            """,
            userId.Value, erase);
        if (changed == 0)
            return null;

        session.Defer("DELETE FROM profile_fields WHERE user_id = $1", userId.Value);
        if (await session.QueryAsync("DELETE FROM devices WHERE user_id = $1 RETURNING device_id", static row => row.Text(0), userId.Value) is { Count: > 0 } removed)
            await DeviceListLog.AppendRemovedAsync(writer, userId, removed);
        return ended;
    }

    static AccountRecord ReadAccount(Row row) =>
        new(UserId.Parse(row.Text(0)), row.OptionalText(1), row.Time(2))
        {
            IsAdmin = row.Flag(3),
            IsGuest = row.Flag(4),
            IsDeactivated = row.Flag(5),
            IsErased = row.Flag(6),
            IsLocked = row.Flag(7),
            IsSuspended = row.Flag(8),
        };
}
