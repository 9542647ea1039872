using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Keys;

public sealed class SqliteRemoteDeviceStoreTests() : RemoteDeviceStoreTests(TestEngine.Sqlite);

public sealed class PostgresRemoteDeviceStoreTests() : RemoteDeviceStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about the device lists of other servers' users.</summary>
public abstract class RemoteDeviceStoreTests(TestEngine engine) : IDisposable
{
    static readonly UserId Rita = UserId.Parse("@rita:remote.test");
    static readonly UserId Rolf = UserId.Parse("@rolf:remote.test");
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly ServerName Remote = ServerName.Parse("remote.test");
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    readonly TestDatabase _test = new(engine);

    IRemoteDeviceStore Store => _test.Get<IRemoteDeviceStore>();

    long Changes => _test.Hub.Current(StreamKind.DeviceLists);

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_list_is_kept_as_it_was_told_and_the_first_one_is_not_announced()
    {
        await Store.FollowAsync([Rita], Now, default);
        var list = await FindAsync(Rita);
        Assert.Equal((false, true, null), (list.IsFetched, list.IsStale, list.StreamId));

        await Store.StoreAsync(new RemoteDeviceSnapshot(Rita, list.Generation, 7, 42, [Device("A", name: "Phone"), Device("B")], [Master("m")]), Now, default);

        list = await FindAsync(Rita);
        Assert.Equal((true, false, 7L, 42L), (list.IsFetched, list.IsStale, list.StreamId, list.Since));
        var devices = await Store.ReadDevicesAsync([Rita, Rolf], default);
        Assert.Equal(["A", "B"], devices.Select(static device => device.DeviceId.Value));
        Assert.Equal(["Phone", null], devices.Select(static device => device.DisplayName));
        Assert.Equal("m", Assert.Single(await KeysAsync(Rita)).PublicKey);
        Assert.Equal(0, Changes);
    }

    [Fact]
    public async Task A_later_list_is_announced_when_it_says_something_else()
    {
        await FetchAsync(Rita, 1, [Device("A"), Device("B")], [Master("m"), SelfSigning("s")]);
        await FetchAsync(Rita, 2, [Device("A"), Device("B")], [Master("m"), SelfSigning("s")]);
        Assert.Equal(0, Changes);

        await FetchAsync(Rita, 3, [Device("A", signature: "new")], [Master("n")]);

        Assert.Equal(1, Changes);
        Assert.Equal([Rita], await _test.Get<IDeviceListStore>().ReadChangedUsersAsync(0, Changes, default));
        Assert.Equal(["A"], (await Store.ReadDevicesAsync([Rita], default)).Select(static device => device.DeviceId.Value));
        Assert.Equal(["n"], (await KeysAsync(Rita)).Select(static key => key.PublicKey));
    }

    [Fact]
    public async Task A_first_list_that_had_to_be_asked_for_twice_is_announced()
    {
        await Store.FollowAsync([Rita], Now, default);
        await Store.NoteFailureAsync([Rita], Now, default);
        Assert.Equal(1, (await FindAsync(Rita)).Failures);

        await FetchAsync(Rita, 1, [Device("A")]);

        Assert.Equal(1, Changes);
        Assert.Equal(0, (await FindAsync(Rita)).Failures);
    }

    [Fact]
    public async Task What_became_stale_while_it_was_asked_for_stays_stale()
    {
        await FetchAsync(Rita, 1, [Device("A")]);
        await Store.MarkStaleAsync([Rita], Now, default);
        var asked = await FindAsync(Rita);

        Assert.Equal(RemoteUpdateStatus.Stale, await ApplyAsync(Rita, "B", 3, [2]));
        await Store.StoreAsync(new RemoteDeviceSnapshot(Rita, asked.Generation, 2, 0, [Device("A")], []), Now.AddSeconds(5), default);

        var list = await FindAsync(Rita);
        Assert.Equal((true, 2L), (list.IsStale, list.StreamId));
        Assert.Empty(await Store.ReadDueAsync(Remote, Now, 10, default));
        Assert.Equal([Rita], await Store.ReadDueAsync(Remote, Now.AddSeconds(5), 10, default));
    }

    [Fact]
    public async Task Updates_that_follow_one_another_are_taken_in()
    {
        await FetchAsync(Rita, 10, [Device("A"), Device("B")]);

        Assert.Equal(RemoteUpdateStatus.Applied, await ApplyAsync(Rita, "C", 12, [8]));
        Assert.Equal(RemoteUpdateStatus.Applied, await Store.ApplyAsync(new RemoteDeviceUpdate(Rita, DeviceId.Parse("A"), 15, [12], null), Now, default));

        Assert.Equal(["B", "C"], (await Store.ReadDevicesAsync([Rita], default)).Select(static device => device.DeviceId.Value));
        Assert.Equal((15L, false), ((await FindAsync(Rita)).StreamId!.Value, (await FindAsync(Rita)).IsStale));
        Assert.Equal(2, Changes);
    }

    [Theory]
    [InlineData("B", 12, 11)]
    [InlineData("B", 12, null)]
    [InlineData("B", 4, 3)]
    public async Task A_gap_no_predecessor_and_an_old_ID_with_news_make_the_list_stale(string device, int streamId, int? previous)
    {
        await FetchAsync(Rita, 10, [Device("A")]);

        Assert.Equal(RemoteUpdateStatus.Stale, await ApplyAsync(Rita, device, streamId, previous is { } id ? [id] : []));

        Assert.True((await FindAsync(Rita)).IsStale);
        Assert.Equal([Rita], await Store.ReadDueAsync(Remote, Now, 10, default));
        Assert.Equal(0, Changes);
    }

    [Fact]
    public async Task An_update_that_came_late_or_twice_changes_nothing()
    {
        await FetchAsync(Rita, 10, [Device("A")]);

        Assert.Equal(RemoteUpdateStatus.Known, await ApplyAsync(Rita, "A", 9, [8]));
        Assert.Equal(RemoteUpdateStatus.Known, await ApplyAsync(Rita, "A", 10, []));

        Assert.False((await FindAsync(Rita)).IsStale);
        Assert.Equal(0, Changes);
    }

    [Fact]
    public async Task Of_a_list_without_an_ID_any_update_is_a_gap()
    {
        await FetchAsync(Rita, null, [Device("A")]);

        Assert.Equal(RemoteUpdateStatus.Stale, await ApplyAsync(Rita, "B", 5, [4]));
    }

    [Fact]
    public async Task An_update_of_a_list_that_is_not_kept_is_announced()
    {
        Assert.Equal(RemoteUpdateStatus.NotFollowed, await ApplyAsync(Rita, "A", 1, []));
        Assert.Equal(RemoteUpdateStatus.NotFollowed, await Store.ApplySigningKeysAsync(Rita, [Master("m")], default));

        Assert.Equal(2, Changes);
        Assert.Empty(await Store.FindAsync([Rita], default));
        Assert.Empty(await KeysAsync(Rita));
    }

    [Fact]
    public async Task A_list_that_grows_too_long_is_not_kept()
    {
        await FetchAsync(Rita, 10, [.. Enumerable.Range(0, RemoteDeviceList.MaxDevices).Select(static number => Device($"D{number}"))]);

        Assert.Equal(RemoteUpdateStatus.NotFollowed, await ApplyAsync(Rita, "ONE-MORE", 11, [10]));

        Assert.Empty(await Store.FindAsync([Rita], default));
        Assert.Empty(await Store.ReadDevicesAsync([Rita], default));
        Assert.Equal(1, Changes);
    }

    [Fact]
    public async Task New_signing_keys_take_the_place_of_the_old_ones()
    {
        await FetchAsync(Rita, 1, [], [Master("m"), SelfSigning("s")]);
        await _test.Get<ICrossSigningStore>().AddSignaturesAsync([new KeySignature(Rita, "m", Alice, "ed25519:u", "sig")], default);
        var before = Changes;

        Assert.Equal(RemoteUpdateStatus.Known, await Store.ApplySigningKeysAsync(Rita, [Master("m"), SelfSigning("s")], default));
        Assert.Equal(RemoteUpdateStatus.Applied, await Store.ApplySigningKeysAsync(Rita, [SelfSigning("t")], default));
        Assert.Equal(["m", "t"], (await KeysAsync(Rita)).Select(static key => key.PublicKey).Order());
        Assert.Single(await _test.Get<ICrossSigningStore>().ReadSignaturesAsync([Rita], Alice, default));

        Assert.Equal(RemoteUpdateStatus.Applied, await Store.ApplySigningKeysAsync(Rita, [Master("n")], default));
        Assert.Equal(["n"], (await KeysAsync(Rita)).Select(static key => key.PublicKey));
        Assert.Empty(await _test.Get<ICrossSigningStore>().ReadSignaturesAsync([Rita], Alice, default));
        Assert.Equal(before + 2, Changes);

        await Store.MarkStaleAsync([Rita], Now, default);
        var asked = await FindAsync(Rita);
        Assert.Equal(RemoteUpdateStatus.Stale, await Store.ApplySigningKeysAsync(Rita, [Master("o")], default));
        Assert.NotEqual(asked.Generation, (await FindAsync(Rita)).Generation);
    }

    [Fact]
    public async Task Who_is_forgotten_leaves_only_what_was_signed_of_them()
    {
        await FetchAsync(Rita, 1, [Device("A")], [Master("m")]);
        await FetchAsync(Rolf, 1, [Device("A", user: Rolf)]);
        await _test.Get<ICrossSigningStore>().AddSignaturesAsync([new KeySignature(Rita, "m", Alice, "ed25519:u", "sig")], default);
        var before = Changes;

        await Store.ForgetAsync([Rita], announce: false, default);
        Assert.Equal(before, Changes);
        await Store.ForgetAsync([Rita], announce: true, default);
        Assert.Equal(before + 1, Changes);

        Assert.Equal([Rolf], await Store.ReadUsersAsync(null, 10, default));
        Assert.Equal([Rolf], (await Store.ReadDevicesAsync([Rita, Rolf], default)).Select(static device => device.UserId));
        Assert.Empty(await KeysAsync(Rita));
        Assert.Single(await _test.Get<ICrossSigningStore>().ReadSignaturesAsync([Rita], Alice, default));

        // What was being asked for when it was forgotten does not bring it back.
        await Store.StoreAsync(new RemoteDeviceSnapshot(Rita, 0, 2, 0, [Device("A")], []), Now, default);
        Assert.Empty(await Store.FindAsync([Rita], default));
    }

    [Fact]
    public async Task Forgetting_never_touches_the_keys_of_who_was_not_followed()
    {
        await _test.Get<ICrossSigningStore>().StoreKeysAsync(
            Alice, null, [new CrossSigningKeyRecord(Alice, CrossSigningUsage.Master, "a", Encoding.UTF8.GetBytes("{}"))], default);

        await Store.ForgetAsync([Alice], announce: false, default);

        Assert.Single(await KeysAsync(Alice));
    }

    [Fact]
    public async Task Retries_wait_for_their_time_and_for_their_server()
    {
        var other = UserId.Parse("@x:other.test");
        await Store.FollowAsync([Rita, Rolf], Now.AddMinutes(2), default);
        await Store.FollowAsync([other], Now.AddMinutes(1), default);
        Assert.Equal(
            [(ServerName.Parse("other.test"), Now.AddMinutes(1)), (Remote, Now.AddMinutes(2))], await Store.ReadDueServersAsync(10, default));

        await Store.NoteFailureAsync([Rita], Now.AddMinutes(4), default);
        Assert.Equal([Rolf], await Store.ReadDueAsync(Remote, Now.AddMinutes(3), 10, default));
        await Store.PostponeAsync(Remote, Now.AddHours(1), default);
        Assert.Empty(await Store.ReadDueAsync(Remote, Now.AddMinutes(59), 10, default));

        Assert.True(await Store.HurryAsync(Remote, Now, default));
        Assert.False(await Store.HurryAsync(ServerName.Parse("unknown.test"), Now, default));
        Assert.Equal([Rita, Rolf], (await Store.ReadDueAsync(Remote, Now, 10, default)).Order());

        // A list that is stale already keeps its time: whoever sends nonsense does not make it come sooner.
        await Store.NoteFailureAsync([Rita], Now.AddHours(2), default);
        await Store.MarkStaleAsync([Rita], Now, default);
        Assert.Equal([Rolf], await Store.ReadDueAsync(Remote, Now, 10, default));
    }

    async Task FetchAsync(UserId user, long? streamId, DeviceKeysRecord[] devices, CrossSigningKeyRecord[]? keys = null)
    {
        await Store.FollowAsync([user], Now, default);
        var list = await FindAsync(user);
        await Store.StoreAsync(new RemoteDeviceSnapshot(user, list.Generation, streamId, 0, devices, keys ?? []), Now, default);
    }

    async Task<RemoteDeviceList> FindAsync(UserId user) => Assert.Single(await Store.FindAsync([user], default));

    async Task<IReadOnlyList<CrossSigningKeyRecord>> KeysAsync(UserId user) => await _test.Get<ICrossSigningStore>().ReadKeysAsync([user], default);

    Task<RemoteUpdateStatus> ApplyAsync(UserId user, string device, long streamId, long[] previous) =>
        Store.ApplyAsync(new RemoteDeviceUpdate(user, DeviceId.Parse(device), streamId, previous, Device(device, user: user)), Now, default).AsTask();

    static DeviceKeysRecord Device(string id, string? name = null, string signature = "sig", UserId? user = null) =>
        new(user ?? Rita, DeviceId.Parse(id), name, Encoding.UTF8.GetBytes($$"""{"device_id":"{{id}}","signatures":{"x":{"y":"{{signature}}"} } }"""));

    static CrossSigningKeyRecord Master(string key) => new(Rita, CrossSigningUsage.Master, key, Encoding.UTF8.GetBytes($$"""{"key":"{{key}}"}"""));

    static CrossSigningKeyRecord SelfSigning(string key) => new(Rita, CrossSigningUsage.SelfSigning, key, Encoding.UTF8.GetBytes($$"""{"key":"{{key}}"}"""));
}
