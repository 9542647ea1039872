using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Keys;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Keys;

public sealed class SqliteOutgoingDeviceListStoreTests() : OutgoingDeviceListStoreTests(TestEngine.Sqlite);

public sealed class PostgresOutgoingDeviceListStoreTests() : OutgoingDeviceListStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about what other servers are told of devices.</summary>
public abstract class OutgoingDeviceListStoreTests(TestEngine engine) : IDisposable
{
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");
    static readonly UserId Rita = UserId.Parse("@rita:remote.test");
    static readonly ServerName One = ServerName.Parse("one.test");
    static readonly ServerName Two = ServerName.Parse("two.test");

    readonly TestDatabase _test = new(engine);

    IOutgoingDeviceListStore Store => _test.Get<IOutgoingDeviceListStore>();

    IDeviceStore Devices => _test.Get<IDeviceStore>();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task Each_device_has_its_latest_change_and_each_change_a_position_of_its_own()
    {
        await EnterAsync(Alice, "A", "B", "C");
        await UploadAsync(Alice, "A", "1");
        await UploadAsync(Alice, "B", "1");
        await UploadAsync(Alice, "A", "2");
        await UploadAsync(Alice, "A", "2");
        Assert.Equal(["B", "A"], (await ChangesAsync(Alice)).Select(static change => change.DeviceId!.Value.Value));

        await Devices.DeleteAsync(Alice, [DeviceId.Parse("A"), DeviceId.Parse("B"), DeviceId.Parse("UNKNOWN")], default);

        var changes = await ChangesAsync(Alice);
        Assert.Equal(["A", "B"], changes.Select(static change => change.DeviceId!.Value.Value).Order());
        Assert.Equal(2, changes.Select(static change => change.Position).Distinct().Count());
        Assert.Equal(changes[^1].Position, _test.Hub.Current(StreamKind.DeviceLists));
    }

    [Fact]
    public async Task A_name_is_no_change_and_signing_keys_are_one_unless_others_do_not_see_them()
    {
        await EnterAsync(Alice, "A");
        await Devices.RenameAsync(Alice, DeviceId.Parse("A"), "Phone", default);
        var keys = _test.Get<ICrossSigningStore>();
        await keys.StoreKeysAsync(Alice, null, [Key(CrossSigningUsage.Master, "m")], default);
        var position = Assert.Single(await ChangesAsync(Alice)).Position;
        Assert.Equal(DeviceChangeKind.SigningKeys, (await ChangesAsync(Alice))[0].Kind);

        await keys.StoreKeysAsync(Alice, "m", [Key(CrossSigningUsage.UserSigning, "u")], default);
        await keys.AddSignaturesAsync([new KeySignature(Alice, "m", Bob, "ed25519:b", "sig"), new KeySignature(Rita, "r", Alice, "ed25519:u", "sig")], default);
        Assert.Equal(position, Assert.Single(await ChangesAsync(Alice)).Position);
        Assert.Empty(await ChangesAsync(Rita));

        await keys.AddSignaturesAsync([new KeySignature(Alice, "A", Alice, "ed25519:s", "sig"), new KeySignature(Alice, "m", Alice, "ed25519:A", "sig")], default);
        Assert.Equal([DeviceChangeKind.Device, DeviceChangeKind.SigningKeys], (await ChangesAsync(Alice)).Select(static change => change.Kind));
        Assert.True((await ChangesAsync(Alice))[1].Position > position);
    }

    [Fact]
    public async Task Of_many_removed_devices_the_oldest_are_forgotten_together()
    {
        await EnterAsync(Alice, [.. Enumerable.Range(0, 103).Select(static number => $"D{number:000}"), "KEPT"]);
        await UploadAsync(Alice, "KEPT", "1");

        await Devices.DeleteAllAsync(Alice, DeviceId.Parse("KEPT"), default);

        var changes = await ChangesAsync(Alice);
        Assert.Equal(100 + 1, changes.Count(static change => change.Kind == DeviceChangeKind.Device));
        var forgotten = Assert.Single(changes, static change => change.Kind == DeviceChangeKind.Forgotten);
        Assert.Equal(100, changes.Count(change => change.Kind == DeviceChangeKind.Device && change.Position > forgotten.Position));
    }

    [Fact]
    public async Task Deactivation_removes_every_device_for_others_too()
    {
        await EnterAsync(Alice, "A", "B");

        await _test.Get<IAccountStore>().DeactivateAsync(Alice, erase: false, default);

        Assert.Equal(["A", "B"], (await ChangesAsync(Alice)).Select(static change => change.DeviceId!.Value.Value).Order());
    }

    [Fact]
    public async Task Changes_wait_for_those_who_share_a_room_until_they_are_acknowledged()
    {
        await EnterAsync(Alice, "A");
        await UploadAsync(Alice, "A", "1");
        Assert.Equal([Alice], await Store.ReadChangedUsersAsync(await Store.ReadFanOutAsync(default), default));
        var position = _test.Hub.Current(StreamKind.DeviceLists);

        await FanOutAsync(Alice, position, One, Two);
        _test.Reopen();

        Assert.Equal(position, await Store.ReadFanOutAsync(default));
        Assert.Empty(await Store.ReadChangedUsersAsync(position, default));
        Assert.Equal([One, Two], await Store.ReadDestinationsAsync(null, 10, default));
        Assert.Equal([Two], await Store.ReadDestinationsAsync(One, 10, default));
        Assert.Equal([new ToldDeviceList(Alice, null, 0)], await Store.ReadWaitingAsync(One, 10, default));

        await Store.AcknowledgeAsync(One, [new ToldDeviceList(Alice, position, position)], default);
        Assert.Equal([Two], await Store.ReadDestinationsAsync(null, 10, default));

        await UploadAsync(Alice, "A", "2");
        await FanOutAsync(Alice, position + 1, One, Two);
        Assert.Equal([new ToldDeviceList(Alice, position, position)], await Store.ReadWaitingAsync(One, 10, default));
    }

    [Fact]
    public async Task What_changes_between_reading_and_acknowledging_goes_on_waiting()
    {
        await EnterAsync(Alice, "A");
        await UploadAsync(Alice, "A", "1");
        var position = _test.Hub.Current(StreamKind.DeviceLists);
        await FanOutAsync(Alice, position, One);
        await UploadAsync(Alice, "A", "2");
        await FanOutAsync(Alice, position + 1, One);

        await Store.AcknowledgeAsync(One, [new ToldDeviceList(Alice, position, position)], default);

        Assert.Equal([new ToldDeviceList(Alice, position, position)], await Store.ReadWaitingAsync(One, 10, default));
    }

    [Fact]
    public async Task Who_shares_no_room_any_more_is_forgotten_and_begins_anew()
    {
        await EnterAsync(Alice, "A");
        await UploadAsync(Alice, "A", "1");
        await FanOutAsync(Alice, 1, One, Two);
        await Store.AcknowledgeAsync(One, [new ToldDeviceList(Alice, 1, 1)], default);
        await UploadAsync(Alice, "A", "2");
        await FanOutAsync(Alice, 2, Two);
        Assert.Empty(await Store.ReadWaitingAsync(One, 10, default));

        await UploadAsync(Alice, "A", "3");
        await FanOutAsync(Alice, 3, One, Two);
        Assert.Equal([new ToldDeviceList(Alice, null, 0)], await Store.ReadWaitingAsync(One, 10, default));

        await Store.ForgetAsync(One, [Alice], default);
        Assert.Empty(await Store.ReadWaitingAsync(One, 10, default));
    }

    [Fact]
    public async Task Who_fetched_the_list_is_told_from_there_on()
    {
        await EnterAsync(Alice, "A");
        await UploadAsync(Alice, "A", "1");
        await Store.NoteFetchedAsync(One, Alice, 1, default);
        Assert.Empty(await Store.ReadWaitingAsync(One, 10, default));
        await UploadAsync(Alice, "A", "2");
        await Store.NoteFetchedAsync(Two, Alice, 1, default);
        Assert.Equal([new ToldDeviceList(Alice, 1, 1)], await Store.ReadWaitingAsync(Two, 10, default));

        await FanOutAsync(Alice, 2, One, Two);
        await Store.NoteFetchedAsync(One, Alice, 2, default);

        Assert.Equal([new ToldDeviceList(Alice, 1, 1)], await Store.ReadWaitingAsync(One, 10, default));
    }

    async Task EnterAsync(UserId user, params string[] devices)
    {
        Assert.Equal(AccountAddition.Added, await _test.Get<IAccountStore>().TryAddAsync(
            new NewAccount(new AccountRecord(user, "hash", DateTimeOffset.UnixEpoch), null, null), default));
        foreach (var device in devices)
            Assert.True(await Devices.TryAddAsync(new DeviceRecord(user, DeviceId.Parse(device), null, DateTimeOffset.UnixEpoch), default));
    }

    async Task UploadAsync(UserId user, string device, string key)
    {
        var upload = new KeyUpload(user, DeviceId.Parse(device), Encoding.UTF8.GetBytes($$"""{"key":"{{key}}"}"""), [], []);
        Assert.Equal(KeyUploadStatus.Stored, (await _test.Get<IKeyStore>().StoreAsync(upload, default)).Status);
    }

    Task FanOutAsync(UserId user, long position, params ServerName[] servers) =>
        Store.FanOutAsync(new Dictionary<UserId, IReadOnlySet<ServerName>> { [user] = servers.ToHashSet() }, position, default).AsTask();

    async Task<IReadOnlyList<DeviceChange>> ChangesAsync(UserId user) => await Store.ReadChangesAsync([user], default);

    static CrossSigningKeyRecord Key(CrossSigningUsage usage, string key) => new(Alice, usage, key, Encoding.UTF8.GetBytes("{}"));
}
