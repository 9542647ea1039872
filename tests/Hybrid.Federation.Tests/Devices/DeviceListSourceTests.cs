using System.Text.Json.Nodes;
using Hybrid.Federation.Devices;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Keys;
using static Hybrid.Federation.Tests.Devices.DeviceWorld;

namespace Hybrid.Federation.Tests.Devices;

/// <summary>What other servers are told of the devices of this server's users.</summary>
public sealed class DeviceListSourceTests
{
    static readonly UserId Rita = UserId.Parse("@rita:remote.test");
    static readonly UserId Otto = UserId.Parse("@otto:other.test");
    static readonly ServerName Other = ServerName.Parse("other.test");

    [Fact]
    public async Task Updates_name_the_one_before_also_over_a_restart()
    {
        await using var world = await new DeviceWorld().StartAsync();
        using var alice = new RemoteUser(Alice.Value);
        await world.EnterAsync(Alice, "PHONE", "LAPTOP");
        await world.CreateRoomAsync(Rita);

        await world.UploadAsync(alice, "PHONE");
        var first = Assert.Single(await TakeAsync(world, Peer));
        Assert.Equal("m.device_list_update", first.Type);
        Assert.Equal((Alice.Value, "PHONE"), ((string)first.Content["user_id"]!, (string)first.Content["device_id"]!));
        Assert.Empty(first.Content["prev_id"]!.AsArray());
        Assert.True(JsonNode.DeepEquals(alice.Devices["PHONE"], first.Content["keys"]));
        Assert.False(first.Content.ContainsKey("device_display_name"));

        await world.RestartAsync();
        await world.UploadAsync(alice, "LAPTOP");
        await world.Get<IDeviceStore>().DeleteAsync(Alice, [DeviceId.Parse("PHONE")], default);
        var next = await TakeAsync(world, Peer, 2);

        Assert.Equal(["LAPTOP", "PHONE"], next.Select(static edu => (string)edu.Content["device_id"]!));
        Assert.Equal([Id(first)], Previous(next[0]));
        Assert.Equal([Id(next[0])], Previous(next[1]));
        Assert.True((bool)next[1].Content["deleted"]!);
        Assert.False(next[1].Content.ContainsKey("keys"));
    }

    [Fact]
    public async Task A_server_that_was_away_gets_one_update_per_device_and_what_was_not_taken_comes_again()
    {
        await using var world = await new DeviceWorld().StartAsync();
        using var alice = new RemoteUser(Alice.Value);
        await world.EnterAsync(Alice, "PHONE", "LAPTOP");
        await world.CreateRoomAsync(Rita, Otto);
        await world.UploadAsync(alice, "PHONE");
        var first = Assert.Single(await TakeAsync(world, Peer));
        await world.UploadAsync(alice, "LAPTOP");
        for (var i = 0; i < 5; i++)
        {
            using var rotated = new RemoteUser(Alice.Value);
            await world.UploadAsync(rotated, "PHONE");
        }

        await WaitAsync(world, Peer);
        var source = world.Get<DeviceListSource>();
        var (lost, edus) = await ReadAsync(source, Peer);
        Assert.Equal(2, edus.Count);
        source.GiveUp(Peer);
        await source.AcknowledgeAsync(Peer, lost, default);

        var (batch, again) = await ReadAsync(source, Peer);
        Assert.Equal(edus.Select(static edu => edu.Content.ToJsonString()), again.Select(static edu => edu.Content.ToJsonString()));
        Assert.Equal([Id(first)], Previous(again[0]));
        await source.AcknowledgeAsync(Peer, batch, default);
        Assert.Empty((await ReadAsync(source, Peer)).Edus);
        Assert.Equal([Other], await source.ReadWaitingAsync(null, 10, default));
    }

    [Fact]
    public async Task Room_for_few_is_filled_and_the_rest_follows()
    {
        await using var world = await new DeviceWorld().StartAsync();
        using var alice = new RemoteUser(Alice.Value);
        await world.EnterAsync(Alice, "A", "B", "C");
        await world.CreateRoomAsync(Rita);
        await world.UploadAsync(alice, "A");
        var last = Assert.Single(await TakeAsync(world, Peer));
        await world.UploadAsync(alice, "B");
        await world.UploadAsync(alice, "C");
        await WaitAsync(world, Peer);

        foreach (var device in new[] { "B", "C" })
        {
            var edu = Assert.Single(await TakeAsync(world, Peer, limit: 1));
            Assert.Equal((device, Id(last)), ((string)edu.Content["device_id"]!, Assert.Single(Previous(edu))));
            last = edu;
        }
    }

    [Fact]
    public async Task Too_many_changes_become_one_that_makes_the_server_ask_for_all()
    {
        await using var world = await new DeviceWorld().StartAsync();
        using var alice = new RemoteUser(Alice.Value);
        await world.EnterAsync(Alice, [.. Enumerable.Range(0, 31).Select(static number => $"D{number}")]);
        await world.CreateRoomAsync(Rita);
        await world.UploadAsync(alice, "D0");
        var first = Assert.Single(await TakeAsync(world, Peer));
        for (var number = 1; number < 30; number++)
            await world.UploadAsync(alice, $"D{number}");

        var all = Assert.Single(await TakeAsync(world, Peer));

        Assert.Equal("D29", (string)all.Content["device_id"]!);
        Assert.Equal([Id(all) - 1], Previous(all));
        Assert.True(Id(all) - 1 > Id(first));
        await world.UploadAsync(alice, "D30");
        Assert.Equal([Id(all)], Previous(Assert.Single(await TakeAsync(world, Peer))));
    }

    [Fact]
    public async Task Signing_keys_are_told_without_the_one_that_is_nobody_elses_business()
    {
        await using var world = await new DeviceWorld().StartAsync();
        using var alice = new RemoteUser(Alice.Value);
        await world.EnterAsync(Alice, "PHONE");
        await world.CreateRoomAsync(Rita);
        await StoreKeysAsync(world, alice);

        var update = Assert.Single(await TakeAsync(world, Peer));

        Assert.Equal("m.signing_key_update", update.Type);
        Assert.Equal(["user_id", "master_key", "self_signing_key"], update.Content.Select(static property => property.Key));
        Assert.True(JsonNode.DeepEquals(alice.MasterJson, update.Content["master_key"]));
    }

    [Fact]
    public async Task A_signature_of_the_owner_is_told_and_those_of_others_are_not()
    {
        await using var world = await new DeviceWorld().StartAsync();
        using var alice = new RemoteUser(Alice.Value);
        await world.EnterAsync(Alice, "PHONE");
        await world.CreateRoomAsync(Rita, Bob);
        await world.UploadAsync(alice, "PHONE");
        await StoreKeysAsync(world, alice);
        await TakeAsync(world, Peer);
        var store = world.Get<ICrossSigningStore>();

        await store.AddSignaturesAsync([new KeySignature(Alice, alice.Master.Public, Bob, "ed25519:bob", "secret")], default);
        await store.AddSignaturesAsync([new KeySignature(Alice, "PHONE", Alice, $"ed25519:{alice.SelfSigning.Public}", "own")], default);

        var update = Assert.Single(await TakeAsync(world, Peer));
        Assert.Equal("PHONE", (string)update.Content["device_id"]!);
        Assert.Equal("own", (string)update.Content["keys"]!["signatures"]![Alice.Value]![$"ed25519:{alice.SelfSigning.Public}"]!);
        Assert.DoesNotContain("secret", update.Content.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_shares_no_room_hears_nothing_and_begins_anew()
    {
        await using var world = await new DeviceWorld().StartAsync();
        using var alice = new RemoteUser(Alice.Value);
        await world.EnterAsync(Alice, "PHONE", "LAPTOP");
        await world.EnterAsync(Bob, "DESKTOP");
        var roomId = await world.CreateRoomAsync(Rita);
        await world.UploadAsync(alice, "PHONE");
        await TakeAsync(world, Peer);
        using var bob = new RemoteUser(Bob.Value);
        await world.UploadAsync(bob, "DESKTOP");

        // It waits, and then the server is gone.
        await world.UploadAsync(alice, "LAPTOP");
        await WaitAsync(world, Peer);
        await world.LeaveAsync(roomId, Rita);
        Assert.Empty((await ReadAsync(world.Get<DeviceListSource>(), Peer)).Edus);
        Assert.Empty(await world.Get<DeviceListSource>().ReadWaitingAsync(null, 10, default));

        await world.JoinAsync(roomId, Rita);
        using var rotated = new RemoteUser(Alice.Value);
        await world.UploadAsync(rotated, "PHONE");
        Assert.Empty(Previous(Assert.Single(await TakeAsync(world, Peer))));
    }

    [Fact]
    public async Task What_changed_while_nobody_looked_is_given_out_after_a_restart()
    {
        await using var world = new DeviceWorld();
        using var alice = new RemoteUser(Alice.Value);
        await world.EnterAsync(Alice, "PHONE");
        await world.CreateRoomAsync(Rita);
        await world.UploadAsync(alice, "PHONE");
        Assert.Empty(await world.Get<DeviceListSource>().ReadWaitingAsync(null, 10, default));

        await world.RestartAsync();

        Assert.Single(await TakeAsync(world, Peer));
    }

    [Fact]
    public async Task Changes_of_other_servers_users_are_not_told()
    {
        await using var world = await new DeviceWorld().StartAsync();
        using var alice = new RemoteUser(Alice.Value);
        await world.EnterAsync(Alice, "PHONE");
        await world.CreateRoomAsync(Rita, Otto);
        await world.Lists.ApplySigningKeysAsync(Rita, [], default);
        await world.UploadAsync(alice, "PHONE");

        Assert.Equal([Alice.Value], (await TakeAsync(world, Other)).Select(static edu => (string)edu.Content["user_id"]!));
    }

    static async Task StoreKeysAsync(DeviceWorld world, RemoteUser user)
    {
        CrossSigningKeyRecord[] keys =
        [
            new(user.UserId, CrossSigningUsage.Master, user.Master.Public, Bytes(user.MasterJson)),
            new(user.UserId, CrossSigningUsage.SelfSigning, user.SelfSigning.Public, Bytes(user.SelfSigningJson)),
            new(user.UserId, CrossSigningUsage.UserSigning, "user-signing", Bytes(new JsonObject { ["secret"] = true })),
        ];
        Assert.Equal(CrossSigningStatus.Stored, await world.Get<ICrossSigningStore>().StoreKeysAsync(user.UserId, null, keys, default));
    }

    static byte[] Bytes(JsonObject json) => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());

    static async Task WaitAsync(DeviceWorld world, ServerName server) => await world.UntilAsync(async () =>
        await world.Get<IOutgoingDeviceListStore>().ReadFanOutAsync(default) == world.DeviceChanges
        && (await world.Get<DeviceListSource>().ReadWaitingAsync(null, 10, default)).Contains(server));

    /// <summary>The server takes what waits for it, once it does.</summary>
    static async Task<List<(string Type, JsonObject Content)>> TakeAsync(DeviceWorld world, ServerName server, int? count = null, int limit = 100)
    {
        await WaitAsync(world, server);
        var source = world.Get<DeviceListSource>();
        var (batch, edus) = await ReadAsync(source, server, limit);
        await source.AcknowledgeAsync(server, batch, default);
        Assert.Equal(count ?? edus.Count, edus.Count);
        return edus;
    }

    static long Id((string Type, JsonObject Content) edu) => (long)edu.Content["stream_id"]!;

    static List<long> Previous((string Type, JsonObject Content) edu) => [.. edu.Content["prev_id"]!.AsArray().Select(static id => (long)id!)];
}
