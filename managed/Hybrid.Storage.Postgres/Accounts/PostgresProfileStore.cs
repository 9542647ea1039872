using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Accounts;

/// <inheritdoc cref="IProfileStore"/>
public sealed class PostgresProfileStore(PostgresDatabase database) : IProfileStore
{
    // Quotes, colon and comma around a field of the profile's JSON.
    const int FieldOverhead = 4;

    public async ValueTask<IReadOnlyDictionary<string, string>?> ReadAsync(UserId userId, CancellationToken cancellationToken)
    {
        // A left join in one statement: account and fields are of one commit.
        var rows = await database.ReadAsync(
            session => session.QueryAsync(
                """
                SELECT f.name, f.value FROM accounts a LEFT JOIN profile_fields f USING (user_id)
                WHERE a.user_id = $1 AND NOT a.deactivated ORDER BY f.name
                """,
                static row => (Name: row.OptionalText(0), Value: row.OptionalText(1)), userId.Value),
            cancellationToken);
        if (rows.Count == 0)
            return null;

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in rows)
        {
            if (name is not null && value is not null)
                fields.Add(name, value);
        }

        return fields;
    }

    public ValueTask<ProfileWrite> SetAsync(UserId userId, string name, string json, int maxBytes, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => SetAsync(writer.Session, userId, name, json, maxBytes), cancellationToken);

    public async ValueTask<bool> RemoveAsync(UserId userId, string name, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM profile_fields WHERE user_id = $1 AND name = $2", [userId.Value, name], cancellationToken) > 0;

    static async Task<ProfileWrite> SetAsync(PostgresSession session, UserId userId, string name, string json, int maxBytes)
    {
        if (!await session.AnyAsync("SELECT 1 FROM accounts WHERE user_id = $1 AND NOT deactivated", userId.Value))
            return ProfileWrite.NoAccount;

        var others = await session.QueryIntegerAsync(
            "SELECT SUM(octet_length(name) + octet_length(value) + $3)::bigint FROM profile_fields WHERE user_id = $1 AND name <> $2",
            userId.Value, name, (long)FieldOverhead) ?? 0;
        if (others + Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(json) + FieldOverhead > maxBytes)
            return ProfileWrite.TooLarge;

        await session.ExecuteAsync(
            "INSERT INTO profile_fields (user_id, name, value) VALUES ($1, $2, $3) ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value",
            userId.Value, name, json);
        return ProfileWrite.Written;
    }
}
