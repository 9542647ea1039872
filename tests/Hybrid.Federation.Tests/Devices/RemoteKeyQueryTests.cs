using System.Text.Json.Nodes;
using Hybrid.Accounts.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Storage.Keys;
using static Hybrid.Federation.Tests.Devices.DeviceWorld;

namespace Hybrid.Federation.Tests.Devices;

/// <summary><c>keys/query</c> and <c>keys/claim</c> for users of other servers.</summary>
public sealed class RemoteKeyQueryTests
{
    static readonly ServerName Other = ServerName.Parse("other.test");

    [Fact]
    public async Task The_first_question_for_many_is_one_request_and_later_ones_are_none()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        rita.Add("LAPTOP");
        rita.HasCrossSigning = true;
        var rolf = world.Servers.Add("@rolf:remote.test");
        await world.CreateRoomAsync(rita.UserId, rolf.UserId);

        var answer = await world.QueryAsync(rita.UserId, rolf.UserId);

        Assert.Empty(answer.Failures);
        Assert.Equal(1, world.Servers.TakeCount("keys/query"));
        var keys = answer.Found.Single(found => found.UserId == rita.UserId);
        Assert.Equal(["LAPTOP", "PHONE"], keys.Devices.Select(static device => device.DeviceId.Value).Order());
        Assert.Equal(rita.Master.Public, keys.CrossSigning[CrossSigningUsage.Master].PublicKey);
        Assert.Equal(rita.SelfSigning.Public, keys.CrossSigning[CrossSigningUsage.SelfSigning].PublicKey);
        Assert.Empty(answer.Found.Single(found => found.UserId == rolf.UserId).Devices);

        var again = await world.Get<IRemoteKeys>().QueryAsync(
            Alice, new Dictionary<UserId, IReadOnlyList<DeviceId>> { [rita.UserId] = [DeviceId.Parse("PHONE")] }, TimeSpan.Zero, default);
        Assert.Equal(["PHONE"], again.Found.Single().Devices.Select(static device => device.DeviceId.Value));
        Assert.Empty(world.Servers.Asked);
        Assert.Equal(0, world.DeviceChanges);
    }

    [Fact]
    public async Task Questions_that_come_together_are_asked_once()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        await world.CreateRoomAsync(rita.UserId);
        var held = new TaskCompletionSource();
        world.Servers.Before = () => held.Task;

        var questions = Enumerable.Range(0, 10).Select(_ => world.DevicesAsync(rita.UserId)).ToList();
        await world.UntilAsync(() => Task.FromResult(!world.Servers.Asked.IsEmpty));
        held.SetResult();

        foreach (var answer in await Task.WhenAll(questions))
            Assert.Equal(["PHONE"], answer);
        Assert.Equal(1, world.Servers.TakeCount("keys/query"));
    }

    [Fact]
    public async Task Who_shares_no_room_is_asked_for_each_time_and_not_kept()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        rita.HasCrossSigning = true;

        Assert.Equal(["PHONE"], await world.DevicesAsync(rita.UserId));
        rita.Add("LAPTOP");
        Assert.Equal(["LAPTOP", "PHONE"], await world.DevicesAsync(rita.UserId));
        Assert.Contains(CrossSigningUsage.SelfSigning, (await world.QueryAsync(rita.UserId)).Found.Single().CrossSigning.Keys);

        Assert.Equal(3, world.Servers.TakeCount("keys/query"));
        Assert.Empty(await world.Lists.FindAsync([rita.UserId], default));
    }

    [Fact]
    public async Task What_is_not_theirs_or_not_signed_by_them_is_left_out()
    {
        await using var world = new DeviceWorld();
        var (rita, rolf) = (world.Servers.Add("@rita:remote.test"), world.Servers.Add("@rolf:remote.test"));
        rita.Add("GOOD");
        rita.Devices["UNSIGNED"] = rita.DeviceKeys("UNSIGNED");
        rita.Devices["UNSIGNED"].Remove("signatures");
        rita.Devices["FORGED"] = rita.DeviceKeys("FORGED");
        rita.Devices["FORGED"]["keys"]!["curve25519:FORGED"] = "another";
        rita.Devices["RENAMED"] = rita.DeviceKeys("GOOD");
        rita.Devices["OTHERS"] = rita.DeviceKeys("OTHERS", user: rolf.UserId.Value);
        rita.Devices["LARGE"] = rita.DeviceKeys("LARGE");
        rita.Devices["LARGE"]["unsigned"] = new JsonObject { ["x"] = new string('x', 20_000) };
        rita.HasCrossSigning = true;
        world.Servers.Bend = answer =>
        {
            answer["self_signing_keys"]![rita.UserId.Value] = rolf.SelfSigningJson;
            answer["device_keys"]![rolf.UserId.Value] = new JsonObject { ["X"] = rolf.DeviceKeys("X") };
            answer["device_keys"]!["@alice:hybrid.test"] = new JsonObject { ["X"] = rolf.DeviceKeys("X", user: "@alice:hybrid.test") };
            return answer.ToJsonString();
        };
        await world.CreateRoomAsync(rita.UserId);

        var found = Assert.Single((await world.QueryAsync(rita.UserId)).Found);

        Assert.Equal(["GOOD"], found.Devices.Select(static device => device.DeviceId.Value));
        Assert.Equal([CrossSigningUsage.Master], found.CrossSigning.Keys);
        Assert.Empty(await world.Lists.FindAsync([rolf.UserId, Alice], default));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"device_keys":{"\ud800":1}}""")]
    public async Task An_answer_that_is_none_is_a_failure(string json)
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        world.Servers.Bend = _ => json;
        await world.CreateRoomAsync(rita.UserId);

        var answer = await world.QueryAsync(rita.UserId);

        Assert.Empty(answer.Found);
        var failure = Assert.Single(answer.Failures);
        Assert.Equal((Peer, 503), (failure.Server, failure.Status));
    }

    [Fact]
    public async Task A_server_that_fails_is_named_and_what_was_known_before_is_still_given()
    {
        await using var world = new DeviceWorld();
        var (rita, rolf, otto) = (world.Servers.Add("@rita:remote.test"), world.Servers.Add("@rolf:remote.test"), world.Servers.Add("@otto:other.test"));
        rita.Add("PHONE");
        otto.Add("TABLET");
        await world.CreateRoomAsync(rita.UserId, rolf.UserId, otto.UserId);
        await world.QueryAsync(rita.UserId);
        await world.Lists.MarkStaleAsync([rita.UserId], world.Time.GetUtcNow(), default);
        world.Servers.Failure = static server => server == Peer ? new FederationFailure(server, FailureKind.Unreachable, "down") : null;

        var answer = await world.QueryAsync(rita.UserId, rolf.UserId, otto.UserId);

        Assert.Equal([(Peer, 503)], answer.Failures.Select(static failure => (failure.Server, failure.Status)));
        Assert.Equal([rita.UserId, otto.UserId], answer.Found.Select(static found => found.UserId).OrderByDescending(static user => user.Value));
        Assert.Single(answer.Found.Single(found => found.UserId == rita.UserId).Devices);

        world.Servers.Failure = static server => new FederationFailure(server, FailureKind.Refused, "no") { Status = 403, ErrorCode = "M_FORBIDDEN" };
        Assert.Equal((403, "M_FORBIDDEN"), ((await world.QueryAsync(rolf.UserId)).Failures[0].Status, (await world.QueryAsync(rolf.UserId)).Failures[0].Code));
    }

    [Fact]
    public async Task Nobody_waits_longer_than_they_want_and_the_answer_is_kept_for_the_next()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        await world.CreateRoomAsync(rita.UserId);
        var held = new TaskCompletionSource();
        world.Servers.Before = () => held.Task;

        var answer = await world.QueryAsync(TimeSpan.Zero, rita.UserId);
        Assert.Equal(Peer, Assert.Single(answer.Failures).Server);
        Assert.Empty(answer.Found);

        held.SetResult();
        Assert.Equal(["PHONE"], await world.DevicesAsync(rita.UserId));
        Assert.Equal(1, world.Servers.TakeCount("keys/query"));
    }

    [Fact]
    public async Task Who_left_and_came_back_is_asked_for_again()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        var roomId = await world.CreateRoomAsync(rita.UserId);
        Assert.Equal(["PHONE"], await world.DevicesAsync(rita.UserId));

        await world.LeaveAsync(roomId, rita.UserId);
        rita.Add("LAPTOP");
        await world.JoinAsync(roomId, rita.UserId);

        Assert.Equal(["LAPTOP", "PHONE"], await world.DevicesAsync(rita.UserId));
    }

    [Fact]
    public async Task Who_changes_their_name_is_still_there()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        await world.CreateRoomAsync(rita.UserId);
        await world.DevicesAsync(rita.UserId);
        world.Servers.Asked.Clear();

        foreach (var user in new[] { rita.UserId, Alice })
            await world.Get<MemberProfileUpdates>().ApplyAsync(user, new MemberProfile("New", null), default);
        Assert.Equal(["PHONE"], await world.DevicesAsync(rita.UserId));

        Assert.Empty(world.Servers.Asked);
    }

    [Fact]
    public async Task When_the_last_of_ours_left_and_another_came_the_list_is_asked_for_again()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        var roomId = await world.CreateRoomAsync(rita.UserId);
        await world.DevicesAsync(rita.UserId);

        await world.JoinAsync(roomId, Bob);
        await world.LeaveAsync(roomId, Alice);
        Assert.Equal(["PHONE"], await world.DevicesAsync(rita.UserId));

        Assert.Equal(1, world.Servers.TakeCount("devices/"));
    }

    [Fact]
    public async Task A_second_room_bridges_a_break_in_the_first()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        var first = await world.CreateRoomAsync(rita.UserId);
        await world.CreateRoomAsync(rita.UserId, Bob);
        await world.DevicesAsync(rita.UserId);
        world.Servers.Asked.Clear();

        await world.LeaveAsync(first, rita.UserId);
        await world.JoinAsync(first, rita.UserId);
        Assert.Equal(["PHONE"], await world.DevicesAsync(rita.UserId));

        Assert.Empty(world.Servers.Asked);
    }

    [Fact]
    public async Task A_list_that_is_too_long_to_keep_is_asked_for_each_time()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        for (var number = 0; number <= RemoteDeviceList.MaxDevices; number++)
            rita.Add($"D{number}");
        await world.CreateRoomAsync(rita.UserId);

        Assert.Equal(RemoteDeviceList.MaxDevices + 1, (await world.DevicesAsync(rita.UserId)).Count());

        Assert.Empty(await world.Lists.FindAsync([rita.UserId], default));
        Assert.Equal(2, world.Servers.TakeCount("keys/query"));
    }

    [Fact]
    public async Task What_the_viewer_signed_of_them_is_shown_to_the_viewer()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.HasCrossSigning = true;
        await world.CreateRoomAsync(rita.UserId);
        await world.QueryAsync(rita.UserId);
        await world.Get<ICrossSigningStore>().AddSignaturesAsync([new KeySignature(rita.UserId, rita.Master.Public, Alice, "ed25519:u", "sig")], default);

        Assert.Equal("sig", Assert.Single(Assert.Single((await world.QueryAsync(rita.UserId)).Found).Signatures).Signature);
        var forBob = await world.Get<IRemoteKeys>().QueryAsync(
            Bob, new Dictionary<UserId, IReadOnlyList<DeviceId>> { [rita.UserId] = [] }, TimeSpan.Zero, default);
        Assert.Empty(forBob.Found.Single().Signatures);
    }

    [Fact]
    public async Task Keys_are_claimed_where_they_are_and_a_forged_one_is_left_out()
    {
        await using var world = new DeviceWorld();
        var rita = world.Servers.Add("@rita:remote.test");
        rita.Add("PHONE");
        rita.Add("FORGED");
        await world.CreateRoomAsync(rita.UserId);
        await world.QueryAsync(rita.UserId);
        world.Servers.Asked.Clear();
        world.Servers.Claimed = new JsonObject
        {
            [rita.UserId.Value] = new JsonObject
            {
                ["PHONE"] = new JsonObject { ["signed_curve25519:A"] = rita.OneTimeKey("PHONE", "value") },
                ["FORGED"] = new JsonObject { ["signed_curve25519:A"] = rita.OneTimeKey("PHONE", "value") },
                ["UNASKED"] = new JsonObject { ["signed_curve25519:A"] = rita.OneTimeKey("UNASKED", "value") },
                ["OTHER"] = new JsonObject { ["curve25519:A"] = "value" },
            },
            ["@alice:hybrid.test"] = new JsonObject { ["X"] = new JsonObject { ["signed_curve25519:A"] = rita.OneTimeKey("X", "value") } },
        };
        KeyClaim[] claims = [.. new[] { "PHONE", "FORGED", "OTHER", "GONE" }.Select(device => new KeyClaim(rita.UserId, DeviceId.Parse(device), "signed_curve25519"))];

        var answer = await world.Get<IRemoteKeys>().ClaimAsync(claims, TimeSpan.FromMinutes(1), default);

        var key = Assert.Single(answer.Found);
        Assert.Equal(("PHONE", "A"), (key.DeviceId.Value, key.Key.KeyId));
        Assert.Empty(answer.Failures);
        Assert.Equal(1, world.Servers.TakeCount("keys/claim"));
    }

    [Fact]
    public async Task A_claim_on_a_server_that_fails_does_not_hold_up_the_others()
    {
        await using var world = new DeviceWorld();
        var otto = world.Servers.Add("@otto:other.test");
        world.Servers.Failure = static server => server == Peer ? new FederationFailure(server, FailureKind.TimedOut, "slow") : null;
        world.Servers.Claimed = new JsonObject
        {
            [otto.UserId.Value] = new JsonObject { ["T"] = new JsonObject { ["signed_curve25519:A"] = otto.OneTimeKey("T", "value") } },
        };

        var answer = await world.Get<IRemoteKeys>().ClaimAsync(
            [
                new KeyClaim(UserId.Parse("@rita:remote.test"), DeviceId.Parse("PHONE"), "signed_curve25519"),
                new KeyClaim(otto.UserId, DeviceId.Parse("T"), "signed_curve25519"),
            ],
            TimeSpan.FromMinutes(1), default);

        Assert.Equal([(Peer, 503)], answer.Failures.Select(static failure => (failure.Server, failure.Status)));
        Assert.Equal(Other, Assert.Single(answer.Found).UserId.Server);
    }
}
