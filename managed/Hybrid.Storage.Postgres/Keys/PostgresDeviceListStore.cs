using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Storage.Postgres.Keys;

/// <inheritdoc cref="IDeviceListStore"/>
public sealed class PostgresDeviceListStore(PostgresDatabase database) : IDeviceListStore
{
    public async ValueTask<IReadOnlyList<UserId>> ReadChangedUsersAsync(long after, long upTo, CancellationToken cancellationToken) =>
        upTo <= after
            ? []
            : await database.ReadAsync(
                session => session.QueryAsync(
                    "SELECT DISTINCT user_id FROM device_list_changes WHERE position > $1 AND position <= $2",
                    static row => UserId.Parse(row.Text(0)), after, upTo),
                cancellationToken);
}
