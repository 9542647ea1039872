using Hybrid.Primitives;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Keys;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Accounts;

public sealed class DeviceListLogTests : IDisposable
{
    readonly TestDatabase _test = new();

    [Fact]
    public async Task Of_many_changes_the_latest_stays_and_nobody_misses_it()
    {
        var first = await ChangeAsync(Alice);
        var second = await ChangeAsync(Bob);
        var third = await ChangeAsync(Alice);
        var store = new SqliteDeviceListStore(_test.Database);

        Assert.Equal([Alice, Bob], (await store.ReadChangedUsersAsync(0, third, default)).Order());
        Assert.Equal([Alice, Bob], (await store.ReadChangedUsersAsync(first, third, default)).Order());
        Assert.Equal([Alice], await store.ReadChangedUsersAsync(second, third, default));
        Assert.Empty(await store.ReadChangedUsersAsync(third, third, default));
        Assert.Equal(2, _test.Database.Read(static session => session.QueryInteger("SELECT COUNT(*) FROM device_list_changes")));
    }

    public void Dispose() => _test.Dispose();

    ValueTask<long> ChangeAsync(UserId user) => _test.Database.WriteAsync(writer => DeviceListLog.Append(writer, user), default);
}
