using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Storage.Sqlite.Keys;

/// <inheritdoc cref="IDeviceListStore"/>
public sealed class SqliteDeviceListStore(SqliteDatabase database) : IDeviceListStore
{
    public ValueTask<IReadOnlyList<UserId>> ReadChangedUsersAsync(long after, long upTo, CancellationToken cancellationToken)
    {
        if (upTo <= after)
            return new([]);

        return new(database.Read(session => session.Query(
            "SELECT DISTINCT user_id FROM device_list_changes WHERE position > ?1 AND position <= ?2",
            static row => UserId.Parse(row.GetString(0)), after, upTo)));
    }
}
