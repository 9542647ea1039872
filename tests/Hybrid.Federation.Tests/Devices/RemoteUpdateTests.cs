using System.Text.Json.Nodes;
using Hybrid.Federation.Devices;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;
using static Hybrid.Federation.Tests.Devices.DeviceWorld;

namespace Hybrid.Federation.Tests.Devices;

/// <summary><c>m.device_list_update</c> and <c>m.signing_key_update</c> from other servers.</summary>
public sealed class RemoteUpdateTests
{
    [Fact]
    public async Task An_update_without_a_gap_is_taken_in_and_announced()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = await FollowAsync(world);

        await UpdateAsync(world, rita, "LAPTOP", 11, 10);
        await world.ReceiveAsync(Peer, "m.device_list_update", Gone(rita, "PHONE", 12, 11));

        Assert.Equal(2, world.DeviceChanges);
        Assert.Equal(["LAPTOP"], await world.DevicesAsync(rita.UserId));
        Assert.Empty(world.Servers.Asked);
    }

    [Fact]
    public async Task A_gap_makes_the_whole_list_be_asked_for()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = await FollowAsync(world);
        rita.Add("MISSED");
        rita.StreamId = 14;

        await UpdateAsync(world, rita, "LAPTOP", 14, 13);
        await world.UntilAsync(() => Task.FromResult(world.DeviceChanges == 1));

        Assert.Equal(1, world.Servers.TakeCount("devices/"));
        Assert.True(await world.Lists.FindAsync([rita.UserId], default) is [{ IsStale: false, StreamId: 14 }]);
        Assert.Equal(["LAPTOP", "MISSED", "PHONE"], await world.DevicesAsync(rita.UserId));
        await UpdateAsync(world, rita, "TABLET", 15, 14);
        Assert.Equal(4, (await world.DevicesAsync(rita.UserId)).Count());
        Assert.Empty(world.Servers.Asked);
    }

    [Fact]
    public async Task The_first_update_after_a_question_for_many_tells_how_far_the_list_is()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        await world.CreateRoomAsync(rita.UserId);
        await world.QueryAsync(rita.UserId);

        rita.StreamId = 11;
        await UpdateAsync(world, rita, "LAPTOP", 11, 10);
        await world.UntilAsync(async () => await world.Lists.FindAsync([rita.UserId], default) is [{ IsStale: false, StreamId: 11 }]);
        await UpdateAsync(world, rita, "TABLET", 12, 11);

        Assert.Equal(1, world.Servers.TakeCount("devices/"));
        Assert.Equal(["LAPTOP", "PHONE", "TABLET"], await world.DevicesAsync(rita.UserId));
    }

    [Fact]
    public async Task What_a_server_says_of_others_or_of_who_shares_no_room_is_ignored()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = await FollowAsync(world);
        var rolf = world.Servers.Add("@rolf:remote.test");

        await world.ReceiveAsync(ServerName.Parse("evil.test"), "m.device_list_update", Gone(rita, "PHONE", 11, 10));
        await world.ReceiveAsync(ServerName.Parse("evil.test"), "m.signing_key_update", Keys(rita));
        await world.ReceiveAsync(Peer, "m.device_list_update", Gone(rolf, "PHONE", 11, 10));
        await world.ReceiveAsync(Peer, "m.signing_key_update", Keys(rolf));
        foreach (var content in new[] { "null", "[]", "{}", """{"user_id":5}""", """{"user_id":"nobody"}""" })
        {
            await world.ReceiveAsync(Peer, "m.device_list_update", JsonNode.Parse(content));
            await world.ReceiveAsync(Peer, "m.signing_key_update", JsonNode.Parse(content));
        }

        Assert.Equal(0, world.DeviceChanges);
        Assert.False(Assert.Single(await world.Lists.FindAsync([rita.UserId, rolf.UserId], default)).IsStale);
    }

    [Theory]
    [InlineData("""{"device_id":"PHONE","stream_id":"11","prev_id":[10]}""")]
    [InlineData("""{"device_id":"PHONE","prev_id":[10]}""")]
    [InlineData("""{"device_id":"PHONE","stream_id":11,"prev_id":10}""")]
    [InlineData("""{"device_id":"PHONE","stream_id":11,"prev_id":["10"]}""")]
    [InlineData("""{"device_id":5,"stream_id":11,"prev_id":[10]}""")]
    [InlineData("""{"device_id":"PHONE","stream_id":11,"prev_id":[10],"keys":{}}""")]
    [InlineData("""{"device_id":"PHONE","stream_id":1e99,"prev_id":[10]}""")]
    public async Task An_update_that_cannot_be_understood_makes_the_list_be_asked_for(string json)
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = await FollowAsync(world);
        var content = JsonNode.Parse(json)!.AsObject();
        content["user_id"] = rita.UserId.Value;

        await world.ReceiveAsync(Peer, "m.device_list_update", content);

        await world.UntilAsync(() => Task.FromResult(world.Servers.Asked.Any(static asked => asked.What.StartsWith("devices/", StringComparison.Ordinal))));
        await world.UntilAsync(async () => await world.Lists.FindAsync([rita.UserId], default) is [{ IsStale: false }]);
        Assert.Equal(["PHONE"], await world.DevicesAsync(rita.UserId));
        Assert.Equal(0, world.DeviceChanges);
    }

    [Fact]
    public async Task A_list_that_cannot_be_had_is_asked_for_again_and_at_once_when_its_server_is_back()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = await FollowAsync(world);
        world.Servers.Failure = static server => new FederationFailure(server, FailureKind.Unreachable, "down");
        await UpdateAsync(world, rita, "LAPTOP", 14, 13);
        await world.UntilAsync(() => Task.FromResult(!world.Servers.Asked.IsEmpty));
        await world.UntilAsync(async () => await world.Lists.FindAsync([rita.UserId], default) is [{ Failures: 1 }]);

        // More updates do not make it be asked for more often.
        await UpdateAsync(world, rita, "LAPTOP", 15, 14);
        await world.UntilAsync(async () => await world.Lists.FindAsync([rita.UserId], default) is [{ Failures: 2 }], TimeSpan.FromMinutes(10));
        Assert.Equal(2, world.Servers.TakeCount("devices/"));

        var health = world.Get<IDestinationHealth>();
        await health.FailedAsync(Peer, world.Time.GetUtcNow(), default);
        world.Servers.Failure = static _ => null;
        rita.StreamId = 15;
        await health.HeardFromAsync(Peer, default);
        await world.UntilAsync(async () => await world.Lists.FindAsync([rita.UserId], default) is [{ IsStale: false, StreamId: 15 }], TimeSpan.FromSeconds(20));
        Assert.Equal(1, world.Servers.TakeCount("devices/"));
    }

    [Fact]
    public async Task A_server_that_refuses_one_list_is_asked_for_the_others()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = await FollowAsync(world);
        var rolf = await FollowAsync(world, "@rolf:remote.test");
        var refusals = 1;
        world.Servers.Failure = server =>
            Interlocked.Decrement(ref refusals) >= 0 ? new FederationFailure(server, FailureKind.Refused, "no") { Status = 404 } : null;
        (rita.StreamId, rolf.StreamId) = (14, 14);

        await world.Lists.MarkStaleAsync([rita.UserId, rolf.UserId], world.Time.GetUtcNow(), default);
        world.Get<RemoteListWorker>().Wake();

        await world.UntilAsync(async () => (await world.Lists.FindAsync([rita.UserId, rolf.UserId], default)).Count(static list => list.IsStale) == 1);
        await world.UntilAsync(
            async () => (await world.Lists.FindAsync([rita.UserId, rolf.UserId], default)).All(static list => !list.IsStale), TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_server_that_wants_to_be_asked_less_is_left_alone_for_a_while()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = await FollowAsync(world);
        var rolf = await FollowAsync(world, "@rolf:remote.test");
        world.Servers.Failure = static server => new FederationFailure(server, FailureKind.Refused, "slower") { Status = 429 };
        var begun = world.Time.GetUtcNow();

        await world.Lists.MarkStaleAsync([rita.UserId, rolf.UserId], begun, default);
        world.Get<RemoteListWorker>().Wake();

        await world.UntilAsync(async () => (await world.Lists.ReadDueServersAsync(1, default))[0].DueAt >= begun.AddMinutes(5));
        Assert.Equal(1, world.Servers.TakeCount("devices/"));
    }

    [Fact]
    public async Task What_became_stale_is_asked_for_after_a_restart()
    {
        await using var world = new DeviceWorld();
        var rita = await FollowAsync(world);
        await UpdateAsync(world, rita, "LAPTOP", 14, 13);
        Assert.Empty(world.Servers.Asked);
        rita.StreamId = 14;

        await world.RestartAsync();

        await world.UntilAsync(async () => await world.Lists.FindAsync([rita.UserId], default) is [{ IsStale: false, StreamId: 14 }]);
    }

    [Fact]
    public async Task An_update_after_a_time_without_a_shared_room_is_no_continuation()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        var roomId = await world.CreateRoomAsync(rita.UserId);
        await world.QueryAsync(rita.UserId);
        await world.Get<RemoteListFetcher>().ResyncAsync(rita.UserId);
        await world.LeaveAsync(roomId, rita.UserId);
        await world.JoinAsync(roomId, rita.UserId);

        await UpdateAsync(world, rita, "LAPTOP", 12, 10);

        Assert.True(Assert.Single(await world.Lists.FindAsync([rita.UserId], default)).IsStale);
    }

    [Fact]
    public async Task Who_leaves_the_last_shared_room_is_forgotten()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        var (first, second) = (await world.CreateRoomAsync(rita.UserId), await world.CreateRoomAsync(rita.UserId));
        await world.QueryAsync(rita.UserId);

        await world.LeaveAsync(first, rita.UserId);
        await UpdateAsync(world, rita, "LAPTOP", 12, 10);
        Assert.Single(await world.Lists.FindAsync([rita.UserId], default));
        await world.LeaveAsync(second, rita.UserId);

        await world.UntilAsync(async () => (await world.Lists.FindAsync([rita.UserId], default)).Count == 0);
    }

    [Fact]
    public async Task Whose_room_has_none_of_ours_any_more_is_forgotten_in_time()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = world.Servers.Add("@rita:remote.test");
        var roomId = await world.CreateRoomAsync(rita.UserId);
        await world.QueryAsync(rita.UserId);

        await world.LeaveAsync(roomId, Alice);
        world.Time.Advance(TimeSpan.FromHours(7));

        await world.UntilAsync(async () => (await world.Lists.FindAsync([rita.UserId], default)).Count == 0);
    }

    [Theory]
    [InlineData("m.signing_key_update")]
    [InlineData("org.matrix.signing_key_update")]
    public async Task New_signing_keys_are_taken_in_if_they_belong_together(string type)
    {
        await using var world = new DeviceWorld();
        var rita = await FollowAsync(world);
        using var forger = new ClientKey();

        await world.ReceiveAsync(Peer, type, Keys(rita));
        var keys = Assert.Single((await world.QueryAsync(rita.UserId)).Found).CrossSigning;
        Assert.Equal((rita.Master.Public, rita.SelfSigning.Public), (keys[CrossSigningUsage.Master].PublicKey, keys[CrossSigningUsage.SelfSigning].PublicKey));
        Assert.Equal(1, world.DeviceChanges);
        await world.ReceiveAsync(Peer, type, Keys(rita));
        Assert.Equal(1, world.DeviceChanges);

        var forged = new JsonObject
        {
            ["user_id"] = rita.UserId.Value,
            ["self_signing_key"] = forger.Sign(
                new JsonObject
                {
                    ["user_id"] = rita.UserId.Value,
                    ["usage"] = new JsonArray("self_signing"),
                    ["keys"] = new JsonObject { [$"ed25519:{forger.Public}"] = forger.Public },
                },
                rita.UserId),
        };
        await world.ReceiveAsync(Peer, type, forged);
        Assert.Equal(rita.SelfSigning.Public, Assert.Single((await world.QueryAsync(rita.UserId)).Found).CrossSigning[CrossSigningUsage.SelfSigning].PublicKey);
        Assert.Equal(1, world.DeviceChanges);
    }

    [Fact]
    public async Task A_change_of_a_list_that_was_never_asked_for_is_announced_only()
    {
        await using var world = await new DeviceWorld().StartAsync();
        var rita = world.Servers.Add("@rita:remote.test");
        await world.CreateRoomAsync(rita.UserId);

        await UpdateAsync(world, rita, "LAPTOP", 12, 10);

        Assert.Equal(1, world.DeviceChanges);
        Assert.Empty(world.Servers.Asked);
    }

    /// <summary>A user whose list, with one device, is kept up to the stream ID 10.</summary>
    static async Task<RemoteUser> FollowAsync(DeviceWorld world, string name = "@rita:remote.test")
    {
        var user = world.Servers.Add(name);
        user.Add("PHONE");
        await world.CreateRoomAsync(user.UserId);
        await world.QueryAsync(user.UserId);
        Assert.Null(await world.Get<RemoteListFetcher>().ResyncAsync(user.UserId));
        world.Servers.Asked.Clear();
        Assert.Equal(0, world.DeviceChanges);
        return user;
    }

    static Task UpdateAsync(DeviceWorld world, RemoteUser user, string device, long streamId, long previous) =>
        world.ReceiveAsync(user.UserId.Server, "m.device_list_update", new JsonObject
        {
            ["user_id"] = user.UserId.Value,
            ["device_id"] = device,
            ["stream_id"] = streamId,
            ["prev_id"] = new JsonArray(previous),
            ["keys"] = user.Add(device).DeepClone(),
        });

    static JsonObject Gone(RemoteUser user, string device, long streamId, long previous) => new()
    {
        ["user_id"] = user.UserId.Value,
        ["device_id"] = device,
        ["stream_id"] = streamId,
        ["prev_id"] = new JsonArray(previous),
        ["deleted"] = true,
    };

    static JsonObject Keys(RemoteUser user) => new()
    {
        ["user_id"] = user.UserId.Value,
        ["master_key"] = user.MasterJson,
        ["self_signing_key"] = user.SelfSigningJson,
    };
}
