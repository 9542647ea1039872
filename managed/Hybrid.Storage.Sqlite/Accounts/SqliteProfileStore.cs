using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Accounts;

/// <inheritdoc cref="IProfileStore"/>
public sealed class SqliteProfileStore(SqliteDatabase database) : IProfileStore
{
    // Quotes, colon and comma around a field of the profile's JSON.
    const int FieldOverhead = 4;

    public ValueTask<IReadOnlyDictionary<string, string>?> ReadAsync(UserId userId, CancellationToken cancellationToken) =>
        new(database.Read(session => Read(session, userId)));

    public ValueTask<ProfileWrite> SetAsync(UserId userId, string name, string json, int maxBytes, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Set(writer.Session, userId, name, json, maxBytes), cancellationToken);

    public ValueTask<bool> RemoveAsync(UserId userId, string name, CancellationToken cancellationToken) =>
        database.WriteAsync(
            writer => writer.Session.Execute("DELETE FROM profile_fields WHERE user_id = ?1 AND name = ?2", userId.Value, name) > 0, cancellationToken);

    static Dictionary<string, string>? Read(SqliteSession session, UserId userId)
    {
        // A left join in one statement: account and fields are of one commit.
        var rows = session.Query(
            """
            SELECT f.name, f.value FROM accounts a LEFT JOIN profile_fields f USING (user_id)
            WHERE a.user_id = ?1 AND a.deactivated = 0 ORDER BY f.name
            """,
            static row => (Name: row.OptionalText(0), Value: row.OptionalText(1)), userId.Value);
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

    static ProfileWrite Set(SqliteSession session, UserId userId, string name, string json, int maxBytes)
    {
        if (session.QueryInteger("SELECT 1 FROM accounts WHERE user_id = ?1 AND deactivated = 0", userId.Value) is null)
            return ProfileWrite.NoAccount;

        var others = session.QueryInteger(
            "SELECT SUM(octet_length(name) + octet_length(value) + ?3) FROM profile_fields WHERE user_id = ?1 AND name <> ?2",
            userId.Value, name, (long)FieldOverhead) ?? 0;
        if (others + Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(json) + FieldOverhead > maxBytes)
            return ProfileWrite.TooLarge;

        session.Execute(
            "INSERT INTO profile_fields (user_id, name, value) VALUES (?1, ?2, ?3) ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value",
            userId.Value, name, json);
        return ProfileWrite.Written;
    }
}
