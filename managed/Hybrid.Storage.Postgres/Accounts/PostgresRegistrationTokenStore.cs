using Hybrid.Storage.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Accounts;

/// <inheritdoc cref="IRegistrationTokenStore"/>
public sealed class PostgresRegistrationTokenStore(PostgresDatabase database) : IRegistrationTokenStore
{
    public ValueTask<RegistrationTokenRecord?> FindAsync(string token, CancellationToken cancellationToken) =>
        database.ReadAsync(
            session => session.QueryFirstAsync(
                "SELECT token, uses_allowed, completed, expires_ts FROM registration_tokens WHERE token = $1", ReadToken, token),
            cancellationToken);

    public async ValueTask<IReadOnlyList<RegistrationTokenRecord>> ListAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            static session => session.QueryAsync("SELECT token, uses_allowed, completed, expires_ts FROM registration_tokens ORDER BY token", ReadToken),
            cancellationToken);

    public async ValueTask<bool> TryAddAsync(RegistrationTokenRecord token, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(
            "INSERT INTO registration_tokens (token, uses_allowed, completed, expires_ts) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            [token.Token, Sql.Optional(token.UsesAllowed), token.Completed, AccountRows.ToMilliseconds(token.ExpiresAt)],
            cancellationToken) > 0;

    public async ValueTask<bool> RemoveAsync(string token, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM registration_tokens WHERE token = $1", [token], cancellationToken) > 0;

    static RegistrationTokenRecord ReadToken(Row row) => new(row.Text(0), row.OptionalInteger(1), row.Integer(2), row.OptionalTime(3));
}
