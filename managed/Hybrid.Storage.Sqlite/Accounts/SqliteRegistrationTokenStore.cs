using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Accounts;

/// <inheritdoc cref="IRegistrationTokenStore"/>
public sealed class SqliteRegistrationTokenStore(SqliteDatabase database) : IRegistrationTokenStore
{
    public ValueTask<RegistrationTokenRecord?> FindAsync(string token, CancellationToken cancellationToken) =>
        new(database.Read(session => session.QueryFirst(
            "SELECT token, uses_allowed, completed, expires_ts FROM registration_tokens WHERE token = ?1", ReadToken, token)));

    public ValueTask<IReadOnlyList<RegistrationTokenRecord>> ListAsync(CancellationToken cancellationToken) =>
        new(database.Read(static session => session.Query(
            "SELECT token, uses_allowed, completed, expires_ts FROM registration_tokens ORDER BY token", ReadToken)));

    public ValueTask<bool> TryAddAsync(RegistrationTokenRecord token, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute(
                "INSERT INTO registration_tokens (token, uses_allowed, completed, expires_ts) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                token.Token, token.UsesAllowed, token.Completed, AccountRows.ToMilliseconds(token.ExpiresAt)) > 0,
            cancellationToken);

    public ValueTask<bool> RemoveAsync(string token, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => writer.Session.Execute("DELETE FROM registration_tokens WHERE token = ?1", token) > 0, cancellationToken);

    static RegistrationTokenRecord ReadToken(SqliteDataReader row) =>
        new(row.GetString(0), row.IsDBNull(1) ? null : row.GetInt64(1), row.GetInt64(2), row.OptionalTime(3));
}
