using System.Globalization;
using Hybrid.Primitives;
using Hybrid.Storage.Filters;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Filters;

/// <summary>Filters in PostgreSQL: table <c>filters</c>.</summary>
public sealed class PostgresFilterStore(PostgresDatabase database) : IFilterStore
{
    const string Existing = "SELECT filter_id FROM filters WHERE user_id = $1 AND sha256(definition) = sha256($2) AND definition = $2";

    public async ValueTask<string> AddAsync(UserId userId, ReadOnlyMemory<byte> filter, int most, CancellationToken cancellationToken)
    {
        // Clients upload the same filter at every start; those need no write.
        var known = await database.ReadAsync(session => session.QueryIntegerAsync(Existing, userId.Value, Sql.Bytes(filter)), cancellationToken);
        var filterId = known ?? await database.WriteAsync(writer => AddAsync(writer.Session, userId, filter, most), cancellationToken);
        return filterId.ToString(CultureInfo.InvariantCulture);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> FindAsync(UserId userId, string filterId, CancellationToken cancellationToken)
    {
        if (!long.TryParse(filterId, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return null;

        var definition = await database.ReadAsync(
            session => session.QueryFirstAsync(
                "SELECT definition FROM filters WHERE user_id = $1 AND filter_id = $2", static row => row.Bytes(0), userId.Value, number),
            cancellationToken);
        return definition is null ? null : (ReadOnlyMemory<byte>?)definition;
    }

    public async ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken) =>
        await database.ExecuteAsync("DELETE FROM filters WHERE user_id = $1", [userId.Value], cancellationToken);

    static async Task<long> AddAsync(PostgresSession session, UserId userId, ReadOnlyMemory<byte> definition, int most)
    {
        if (await session.QueryIntegerAsync(Existing, userId.Value, Sql.Bytes(definition)) is { } known)
            return known;

        var next = (await session.QueryIntegerAsync("SELECT max(filter_id) FROM filters WHERE user_id = $1", userId.Value) ?? 0) + 1;
        session.Defer("INSERT INTO filters (user_id, filter_id, definition) VALUES ($1, $2, $3)", userId.Value, next, Sql.Bytes(definition));
        session.Defer("DELETE FROM filters WHERE user_id = $1 AND filter_id <= $2", userId.Value, next - most);
        return next;
    }
}
