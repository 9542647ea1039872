using Hybrid.Storage.Accounts;
using Hybrid.Storage.Postgres.Engine;
using Npgsql;

namespace Hybrid.Storage.Postgres.Accounts;

/// <summary>How times and hashes stand in the account tables.</summary>
static class AccountRows
{
    internal static NpgsqlParameter ToMilliseconds(DateTimeOffset? time) => Sql.Optional(time?.ToUnixTimeMilliseconds());

    internal static DateTimeOffset Time(this Row row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.Integer(column));

    internal static DateTimeOffset? OptionalTime(this Row row, int column) => row.IsNull(column) ? null : row.Time(column);

    internal static TokenHash Hash(this Row row, int column) => TokenHash.FromBytes(row.Bytes(column));

    /// <summary>The access tokens of every session of a user.</summary>
    internal static Task<List<TokenHash>> AccessTokensOfAsync(this PostgresSession session, string userId) =>
        session.QueryAsync(
            "SELECT token_hash FROM sessions JOIN access_tokens USING (session_id) WHERE user_id = $1", static row => row.Hash(0), userId);

    /// <summary>The access tokens of the sessions of some devices.</summary>
    internal static Task<List<TokenHash>> AccessTokensOfAsync(this PostgresSession session, string userId, params IEnumerable<string> deviceIds) =>
        session.QueryAsync(
            "SELECT token_hash FROM sessions JOIN access_tokens USING (session_id) WHERE user_id = $1 AND device_id = ANY ($2)",
            static row => row.Hash(0), userId, Sql.Texts(deviceIds));
}
