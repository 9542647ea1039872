using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Data.Sqlite;

namespace Hybrid.Storage.Sqlite.Accounts;

/// <summary>How times and hashes stand in the account tables.</summary>
static class AccountRows
{
    internal static object? ToMilliseconds(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    internal static DateTimeOffset Time(this SqliteDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    internal static DateTimeOffset? OptionalTime(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    internal static string? OptionalText(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    internal static TokenHash Hash(this SqliteDataReader row, int column) => TokenHash.FromBytes(row.GetFieldValue<byte[]>(column));

    /// <summary>The access tokens of every session of a user.</summary>
    internal static List<TokenHash> AccessTokensOf(this SqliteSession session, string userId) =>
        session.Query(
            "SELECT token_hash FROM sessions JOIN access_tokens USING (session_id) WHERE user_id = ?1", static row => row.Hash(0), userId);

    /// <summary>The access tokens of the session of one device.</summary>
    internal static List<TokenHash> AccessTokensOf(this SqliteSession session, string userId, string deviceId) =>
        session.Query(
            "SELECT token_hash FROM sessions JOIN access_tokens USING (session_id) WHERE user_id = ?1 AND device_id = ?2",
            static row => row.Hash(0), userId, deviceId);
}
