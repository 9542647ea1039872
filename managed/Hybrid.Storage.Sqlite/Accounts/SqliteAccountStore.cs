using System.Collections.Frozen;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Accounts;

/// <inheritdoc cref="IAccountStore"/>
public sealed class SqliteAccountStore(SqliteDatabase database, TimeProvider time) : IAccountStore
{
    public ValueTask<AccountRecord?> FindAsync(UserId userId, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            "SELECT user_id, password_hash, created_ts, admin, guest, deactivated, erased, locked, suspended FROM accounts WHERE user_id = ?1",
            ReadAccount, userId.Value)));

    public ValueTask<bool> AnyAccountAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.QueryInteger("SELECT EXISTS (SELECT 1 FROM accounts)") == 1));

    public ValueTask<IReadOnlyList<AccountRecord>> ListAsync(UserId? after, int limit, CancellationToken cancellationToken) =>
        new(database.Read(session => session.Query(
            """
            SELECT user_id, password_hash, created_ts, admin, guest, deactivated, erased, locked, suspended FROM accounts
            WHERE user_id > ?1 ORDER BY user_id LIMIT ?2
            """,
            ReadAccount, after?.Value ?? "", (long)limit)));

    public ValueTask<AccountAddition> TryAddAsync(NewAccount account, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => TryAdd(writer.Session, account), cancellationToken);

    public ValueTask SetPasswordHashAsync(UserId userId, string passwordHash, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => { writer.Session.Execute("UPDATE accounts SET password_hash = ?2 WHERE user_id = ?1 AND deactivated = 0", userId.Value, passwordHash); },
            cancellationToken);

    public ValueTask<bool> ReplacePasswordHashAsync(UserId userId, string current, string replacement, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute(
                "UPDATE accounts SET password_hash = ?3 WHERE user_id = ?1 AND password_hash = ?2", userId.Value, current, replacement) > 0,
            cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>?> SetAdminAsync(UserId userId, bool isAdmin, CancellationToken cancellationToken) =>
        SetFlagAsync("UPDATE accounts SET admin = ?2 WHERE user_id = ?1", userId, isAdmin, cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>?> SetLockedAsync(UserId userId, bool isLocked, CancellationToken cancellationToken) =>
        SetFlagAsync("UPDATE accounts SET locked = ?2 WHERE user_id = ?1", userId, isLocked, cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>?> SetSuspendedAsync(UserId userId, bool isSuspended, CancellationToken cancellationToken) =>
        SetFlagAsync("UPDATE accounts SET suspended = ?2 WHERE user_id = ?1", userId, isSuspended, cancellationToken);

    public ValueTask<IReadOnlyList<TokenHash>?> UpgradeGuestAsync(UserId userId, string passwordHash, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>?>(
            writer =>
            {
                var changed = writer.Session.Execute(
                    "UPDATE accounts SET guest = 0, password_hash = ?2 WHERE user_id = ?1 AND guest = 1 AND deactivated = 0", userId.Value, passwordHash);
                return changed == 0 ? null : writer.Session.AccessTokensOf(userId.Value);
            },
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<UserId, long>> ReadErasedAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.Query(
            "SELECT user_id, erased_position FROM accounts WHERE erased_position IS NOT NULL",
            static row => KeyValuePair.Create(UserId.Parse(row.GetString(0)), row.GetInt64(1))).ToFrozenDictionary()));

    public ValueTask<IReadOnlyList<TokenHash>?> DeactivateAsync(UserId userId, bool erase, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>?>(writer => Deactivate(writer, userId, erase), cancellationToken);

    ValueTask<IReadOnlyList<TokenHash>?> SetFlagAsync(string sql, UserId userId, bool flag, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<TokenHash>?>(
            writer => writer.Session.Execute(sql, userId.Value, flag ? 1L : 0L) == 0 ? null : writer.Session.AccessTokensOf(userId.Value), cancellationToken);

    AccountAddition TryAdd(SqliteSession session, NewAccount account)
    {
        var record = account.Account;
        if (session.QueryInteger("SELECT 1 FROM accounts WHERE user_id = ?1", record.UserId.Value) is not null)
            return AccountAddition.UserInUse;

        if (account.RegistrationToken is { } token)
        {
            var taken = session.Execute(
                """
                UPDATE registration_tokens SET completed = completed + 1
                WHERE token = ?1 AND (uses_allowed IS NULL OR completed < uses_allowed) AND (expires_ts IS NULL OR expires_ts > ?2)
                """,
                token, time.GetUtcNow().ToUnixTimeMilliseconds());
            if (taken == 0)
                return AccountAddition.TokenSpent;
        }

        session.Execute(
            "INSERT INTO accounts (user_id, password_hash, admin, guest, created_ts) VALUES (?1, ?2, ?3, ?4, ?5)",
            record.UserId.Value, record.PasswordHash, record.IsAdmin ? 1L : 0L, record.IsGuest ? 1L : 0L, record.CreatedAt.ToUnixTimeMilliseconds());
        if (account.DisplayName is { } name)
        {
            session.Execute(
                "INSERT INTO profile_fields (user_id, name, value) VALUES (?1, 'displayname', ?2)",
                record.UserId.Value, $"\"{JsonEncodedText.Encode(name)}\"");
        }

        return AccountAddition.Added;
    }

    static List<TokenHash>? Deactivate(SqliteWriter writer, UserId userId, bool erase)
    {
        var session = writer.Session;
        var ended = session.AccessTokensOf(userId.Value);
        var changed = session.Execute(
            """
            UPDATE accounts SET deactivated = 1, password_hash = NULL, admin = 0, erased = erased | ?2,
                erased_position = CASE WHEN ?2 AND erased_position IS NULL THEN (SELECT COALESCE(MAX(position), 0) FROM events WHERE position > 0) ELSE erased_position END
            WHERE user_id = ?1
            """,
            userId.Value, erase ? 1L : 0L);
        if (changed == 0)
            return null;

        session.Execute("DELETE FROM profile_fields WHERE user_id = ?1", userId.Value);
        if (session.Query("DELETE FROM devices WHERE user_id = ?1 RETURNING device_id", static row => row.GetString(0), userId.Value) is { Count: > 0 } removed)
            DeviceListLog.AppendRemoved(writer, userId, removed);
        return ended;
    }

    static AccountRecord ReadAccount(SqliteDataReader row) =>
        new(UserId.Parse(row.GetString(0)), row.OptionalText(1), row.Time(2))
        {
            IsAdmin = row.GetInt64(3) != 0,
            IsGuest = row.GetInt64(4) != 0,
            IsDeactivated = row.GetInt64(5) != 0,
            IsErased = row.GetInt64(6) != 0,
            IsLocked = row.GetInt64(7) != 0,
            IsSuspended = row.GetInt64(8) != 0,
        };
}
