using System.Globalization;
using Hybrid.Primitives;
using Hybrid.Storage.Filters;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Filters;

/// <summary>Filters in SQLite: table <c>filters</c>.</summary>
public sealed class SqliteFilterStore(SqliteDatabase database) : IFilterStore
{
    const string Existing = "SELECT filter_id FROM filters WHERE user_id = ?1 AND definition = ?2";

    public async ValueTask<string> AddAsync(UserId userId, ReadOnlyMemory<byte> filter, int most, CancellationToken cancellationToken)
    {
        var definition = filter.ToArray();
        // Clients upload the same filter at every start; those need no write.
        var known = database.Read(session => session.QueryInteger(Existing, userId.Value, definition));
        var filterId = known ?? await database.WriteAsync(writer => Add(writer.Session, userId, definition, most), cancellationToken);
        return filterId.ToString(CultureInfo.InvariantCulture);
    }

    public ValueTask<ReadOnlyMemory<byte>?> FindAsync(UserId userId, string filterId, CancellationToken cancellationToken)
    {
        if (!long.TryParse(filterId, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return default;

        var definition = database.Read(session => session.QueryFirst(
            "SELECT definition FROM filters WHERE user_id = ?1 AND filter_id = ?2", static row => row.GetFieldValue<byte[]>(0), userId.Value, number));
        return ValueTask.FromResult<ReadOnlyMemory<byte>?>(definition is null ? null : (ReadOnlyMemory<byte>?)definition);
    }

    public ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => { writer.Session.Execute("DELETE FROM filters WHERE user_id = ?1", userId.Value); }, cancellationToken);

    static long Add(SqliteSession session, UserId userId, byte[] definition, int most)
    {
        if (session.QueryInteger(Existing, userId.Value, definition) is { } known)
            return known;

        var next = (session.QueryInteger("SELECT max(filter_id) FROM filters WHERE user_id = ?1", userId.Value) ?? 0) + 1;
        session.Execute("INSERT INTO filters (user_id, filter_id, definition) VALUES (?1, ?2, ?3)", userId.Value, next, definition);
        session.Execute("DELETE FROM filters WHERE user_id = ?1 AND filter_id <= ?2", userId.Value, next - most);
        return next;
    }
}
