using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Accounts;

public sealed class SqliteDeviceListLogTests() : DeviceListLogTests(TestEngine.Sqlite);

public sealed class PostgresDeviceListLogTests() : DeviceListLogTests(TestEngine.Postgres);

/// <summary>What every engine must do about the stream of device lists.</summary>
public abstract class DeviceListLogTests(TestEngine engine) : IDisposable
{
    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task Of_many_changes_the_latest_stays_and_nobody_misses_it()
    {
        var first = await ChangeAsync(Alice);
        var second = await ChangeAsync(Bob);
        var third = await ChangeAsync(Alice);
        var store = _test.Get<IDeviceListStore>();

        Assert.Equal([Alice, Bob], (await store.ReadChangedUsersAsync(0, third, default)).Order());
        Assert.Equal([Alice, Bob], (await store.ReadChangedUsersAsync(first, third, default)).Order());
        Assert.Equal([Alice], await store.ReadChangedUsersAsync(second, third, default));
        Assert.Empty(await store.ReadChangedUsersAsync(third, third, default));
        Assert.Equal(2, await _test.ReadIntegerAsync("SELECT COUNT(*) FROM device_list_changes"));
    }

    public void Dispose() => _test.Dispose();

    ValueTask<long> ChangeAsync(UserId user) => _test.Engine == TestEngine.Postgres
        ? _test.Get<PostgresDatabase>().WriteAsync(writer => Task.FromResult(Postgres.Accounts.DeviceListLog.Append(writer, user)), default)
        : _test.Get<SqliteDatabase>().WriteAsync(writer => Sqlite.Accounts.DeviceListLog.Append(writer, user), default);
}
