using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Push;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Push;

public sealed class SqlitePusherStoreTests() : PusherStoreTests(TestEngine.Sqlite);

public sealed class PostgresPusherStoreTests() : PusherStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about pushers.</summary>
public abstract class PusherStoreTests(TestEngine engine) : IAsyncLifetime, IDisposable
{
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    readonly TestDatabase _test = new(engine);

    IPusherStore Store => _test.Get<IPusherStore>();

    public async Task InitializeAsync()
    {
        foreach (var user in (UserId[])[Alice, Bob])
        {
            await _test.Get<IAccountStore>().TryAddAsync(new NewAccount(new AccountRecord(user, null, Now), null, null), default);
            await _test.Get<ISessionStore>().OpenAsync(
                new NewSession(user, Device, null, new TokenPair(TokenHash.Of(user.Value), null, null, null), Now), default);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_pusher_is_stored_whole_and_changed_in_its_place()
    {
        var number = await Store.SetAsync(Pusher(Alice), append: false, 10, default);
        _test.Reopen();

        var stored = Assert.Single(await Store.ListAsync(Alice, default));
        Assert.Equal(Pusher(Alice) with { Number = number!.Value }, stored);
        Assert.Equal(stored, await Store.FindAsync(number.Value, default));
        Assert.Equal([(number.Value, Alice)], await Store.ReadAllAsync(default));

        var changed = Pusher(Alice) with { Data = """{"b":1}""", ProfileTag = null, DeviceId = null, Secret = "new", Since = 99, UpdatedAt = Now.AddHours(1) };
        Assert.Equal(number, await Store.SetAsync(changed, append: false, 10, default));
        Assert.Equal(
            changed with { Number = number.Value, Secret = "secret", Since = 5 }, Assert.Single(await Store.ListAsync(Alice, default)));

        await Store.NoteSentAsync(number.Value, Now.AddHours(2), default);
        Assert.Equal(Now.AddHours(2), (await Store.FindAsync(number.Value, default))!.SentAt);

        await Store.RemoveAsync(Bob, "app", "key", default);
        Assert.NotNull(await Store.FindAsync(number.Value, default));
        await Store.RemoveAsync(Alice, "app", "key", default);
        Assert.Null(await Store.FindAsync(number.Value, default));
    }

    [Fact]
    public async Task Append_decides_about_other_users_and_there_is_a_most()
    {
        await Store.SetAsync(Pusher(Alice), append: false, 1, default);
        await Store.SetAsync(Pusher(Bob), append: true, 1, default);
        Assert.Equal(2, (await Store.ReadAllAsync(default)).Count);

        await Store.SetAsync(Pusher(Bob), append: false, 1, default);
        Assert.Equal([Bob], (await Store.ReadAllAsync(default)).Select(static entry => entry.UserId));

        Assert.Null(await Store.SetAsync(Pusher(Bob) with { AppId = "another" }, append: false, 1, default));
        Assert.NotNull(await Store.SetAsync(Pusher(Bob) with { Lang = "de" }, append: false, 1, default));
        Assert.Equal("de", Assert.Single(await Store.ListAsync(Bob, default)).Lang);
    }

    [Fact]
    public async Task A_pusher_goes_with_its_device_and_its_user()
    {
        await Store.SetAsync(Pusher(Alice), append: true, 10, default);
        await Store.SetAsync(Pusher(Bob) with { DeviceId = null }, append: true, 10, default);
        var number = (await Store.ListAsync(Alice, default))[0].Number;
        await Store.EnqueueAsync([Push(number, 7)], 7, default);

        await _test.Get<IDeviceStore>().DeleteAsync(Alice, [Device], default);
        Assert.Equal([Bob], (await Store.ReadAllAsync(default)).Select(static entry => entry.UserId));
        Assert.Empty(await Store.ReadWaitingAsync(default));

        await Store.DeleteAllAsync(Bob, default);
        Assert.Empty(await Store.ReadAllAsync(default));
    }

    [Fact]
    public async Task What_waits_is_in_order_once_and_survives_a_restart()
    {
        var number = (await Store.SetAsync(Pusher(Alice), append: true, 10, default))!.Value;
        Assert.Equal(0, await Store.ReadPositionAsync(default));

        // What came before the pusher was set up is left out, as is what is for nobody.
        await Store.EnqueueAsync([Push(number, 5), Push(number, 6), Push(number, 8), Push(number + 1, 8)], 9, default);
        await Store.EnqueueAsync([Push(number, 8), Push(number, 11)], 11, default);
        _test.Reopen();

        Assert.Equal(11, await Store.ReadPositionAsync(default));
        Assert.Equal([number], await Store.ReadWaitingAsync(default));
        Assert.Equal([Push(number, 6), Push(number, 8)], await Store.ReadQueueAsync(number, 2, default));

        await Store.DequeueAsync(number, 8, default);
        Assert.Equal([11], (await Store.ReadQueueAsync(number, 10, default)).Select(static push => push.Position));
        await Store.DequeueAsync(number, 11, default);
        Assert.Empty(await Store.ReadWaitingAsync(default));
    }

    [Fact]
    public async Task Of_too_many_that_wait_the_oldest_go()
    {
        var number = (await Store.SetAsync(Pusher(Alice), append: true, 10, default))!.Value;

        await Store.EnqueueAsync([.. Enumerable.Range(10, IPusherStore.MostQueued + 3).Select(position => Push(number, position))], 1000, default);

        var queue = await Store.ReadQueueAsync(number, 1000, default);
        Assert.Equal((IPusherStore.MostQueued, 13), (queue.Count, queue[0].Position));
    }

    static DeviceId Device => DeviceId.Parse("DEVICE");

    static Pusher Pusher(UserId user) => new(0, user, "app", "key", PusherKinds.Http)
    {
        DeviceId = Device,
        AppDisplayName = "App",
        DeviceDisplayName = "Phone",
        ProfileTag = "tag",
        Lang = "en",
        Data = """{"a":1}""",
        Secret = "secret",
        UpdatedAt = Now,
        Since = 5,
    };

    static QueuedPush Push(long pusher, long position) => new(pusher, position, EventId.Parse($"$e{position}"), RoomId.Parse("!r:hybrid.test"), Now);
}
