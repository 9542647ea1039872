using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Native;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.PolicyServers;

namespace Hybrid.Federation.Tests.PolicyServers;

/// <summary>Rooms that use a policy server, on two whole servers one of which it is.</summary>
public sealed class PolicyServerTests(PolicyWorld world) : IClassFixture<PolicyWorld>
{
    [Fact]
    public async Task What_the_policy_server_allows_is_signed_by_it_and_arrives()
    {
        var (alice, bob, room) = await world.ProtectedRoomAsync();
        var path = $"rooms/{Uri.EscapeDataString(room)}";
        var message = new JsonObject { ["msgtype"] = "m.text", ["body"] = "hello" };

        var said = (string)(await alice.CallAsync(HttpMethod.Put, $"{path}/send/m.room.message/once", (JsonObject)message.DeepClone()))["event_id"]!;
        Assert.True(await world.IsSignedAsync(world.A, said));
        Assert.Equal(said, (string?)(await alice.CallAsync(HttpMethod.Put, $"{path}/send/m.room.message/once", message))["event_id"]);
        await PolicyWorld.SeeAsync(bob, room, said);
        Assert.True(await world.IsSignedAsync(world.B, said));

        var redaction = (string)(await alice.CallAsync(HttpMethod.Put, $"{path}/redact/{Uri.EscapeDataString(said)}/once", []))["event_id"]!;
        Assert.True(await world.IsSignedAsync(world.A, redaction));
        Assert.Equal(EventId.Parse(redaction), (await PolicyWorld.FindAsync(world.A, said))!.RedactedBy);

        var answer = await ServerPair.SayAsync(bob, room, "hello to you");
        Assert.True(await world.IsSignedAsync(world.B, answer));
        await PolicyWorld.SeeAsync(alice, room, answer);
    }

    [Fact]
    public async Task What_is_sent_at_once_is_all_there_and_in_one_line()
    {
        var (alice, _, room) = await world.ProtectedRoomAsync();

        var said = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => ServerPair.SayAsync(alice, room, $"{number}")));

        Assert.Equal(8, said.Distinct().Count());
        Assert.Single((await PolicyWorld.RoomAsync(world.A, room)).Current.ForwardExtremities);
    }

    [Fact]
    public async Task New_names_of_users_and_the_end_of_a_room_are_signed_too()
    {
        var (alice, _, room) = await world.ProtectedRoomAsync();

        await alice.CallAsync(HttpMethod.Put, $"profile/{alice.UserId}/displayname", new JsonObject { ["displayname"] = "Alice" });
        await alice.CallAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(room)}/upgrade", new JsonObject { ["new_version"] = "12" });

        var current = (await PolicyWorld.RoomAsync(world.A, room)).Current;
        var member = current.Find("m.room.member", alice.UserId.Value)!;
        Assert.Equal("Alice", (string?)JsonNode.Parse(member.Json.Span)!["content"]!["displayname"]);
        Assert.True(await world.IsSignedAsync(world.A, member.EventId.Value));
        Assert.True(await world.IsSignedAsync(world.A, current.Find("m.room.tombstone")!.EventId.Value));
    }

    [Fact]
    public async Task Who_is_on_the_list_is_refused_but_may_leave()
    {
        var (_, _, room) = await world.ProtectedRoomAsync();
        var mallory = await world.UserOfAAsync();
        await world.JoinAsync(mallory, room);
        await world.BanAsync(mallory);
        var before = (await PolicyWorld.RoomAsync(world.A, room)).Current.LatestPosition;

        var (status, body) = await PolicyWorld.TrySayAsync(mallory, room, "buy");

        Assert.Equal((400, "M_FORBIDDEN"), (status, (string?)body["errcode"]));
        Assert.Contains("policy list", (string?)body["error"], StringComparison.Ordinal);
        Assert.Equal(before, (await PolicyWorld.RoomAsync(world.A, room)).Current.LatestPosition);
        await mallory.CallAsync(HttpMethod.Post, $"rooms/{Uri.EscapeDataString(room)}/leave", []);
        Assert.Equal(403, (await PolicyWorld.TrySayAsync(mallory, room, "buy")).Status);
        var (joining, refusal) = await mallory.SendAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}", []);
        Assert.Equal((400, "M_FORBIDDEN"), (joining, (string?)refusal["errcode"]));
    }

    [Fact]
    public async Task The_policy_server_keeps_to_its_list_in_its_own_house()
    {
        var (_, _, room) = await world.ProtectedRoomAsync();
        var mallory = await world.UserOfBAsync();
        await world.BanAsync(mallory);

        var (status, body) = await mallory.SendAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}", []);

        Assert.Equal((400, "M_FORBIDDEN"), (status, (string?)body["errcode"]));
    }

    [Fact]
    public async Task Invitations_to_other_servers_are_shown_to_the_policy_server_first()
    {
        var (alice, _, room) = await world.ProtectedRoomAsync();
        var (carol, mallory) = (await world.UserOfBAsync(), await world.UserOfBAsync());
        await world.BanAsync(mallory);
        var path = $"rooms/{Uri.EscapeDataString(room)}/invite";

        await alice.CallAsync(HttpMethod.Post, path, new JsonObject { ["user_id"] = carol.UserId.Value });
        var (status, body) = await alice.SendAsync(HttpMethod.Post, path, new JsonObject { ["user_id"] = mallory.UserId.Value });

        var current = (await PolicyWorld.RoomAsync(world.A, room)).Current;
        Assert.True(await world.IsSignedAsync(world.A, current.Find("m.room.member", carol.UserId.Value)!.EventId.Value));
        Assert.Equal((400, "M_FORBIDDEN"), (status, (string?)body["errcode"]));
        Assert.Null(current.MembershipOf(mallory.UserId));
    }

    [Fact]
    public async Task An_event_without_a_signature_is_shown_to_the_policy_server_on_arrival()
    {
        var (alice, bob, room) = await world.ProtectedRoomAsync();
        var (unsigned, id) = await PolicyWorld.SealMessageAsync(bob, room);

        await PolicyWorld.SendAsync(world.B, world.A, unsigned);

        await PolicyWorld.SeeAsync(alice, room, id);
        Assert.True(await world.IsSignedAsync(world.A, id));
    }

    [Fact]
    public async Task An_event_with_a_forged_signature_is_soft_failed()
    {
        var (alice, bob, room) = await world.ProtectedRoomAsync();
        var mallory = await world.UserOfBAsync();
        await world.JoinAsync(mallory, room);
        await world.BanAsync(mallory);
        var (forged, id) = await PolicyWorld.SealMessageAsync(mallory, room);
        using var key = SigningKey.Generate("policy_server");
        var signed = EventCodec.Sign("12", System.Text.Encoding.UTF8.GetBytes(forged.ToJsonString()), world.B.Name.Value, key);

        await PolicyWorld.SendAsync(world.B, world.A, JsonNode.Parse(signed.Json)!.AsObject());

        // What comes after it in its lane tells that it has been there.
        await PolicyWorld.SeeAsync(alice, room, await ServerPair.SayAsync(bob, room, "after"));
        Assert.Equal(EventStanding.SoftFailed, (await PolicyWorld.FindAsync(world.A, id))!.Standing);
    }

    [Fact]
    public async Task A_room_that_names_another_key_gets_nothing_signed()
    {
        var (alice, bob, room) = await world.ProtectedRoomAsync();
        using var other = SigningKey.Generate("policy_server");
        await world.ProtectAsync(alice, room, other.PublicKeyBase64);
        var named = (await PolicyWorld.RoomAsync(world.A, room)).Current.Find(RoomPolicy.EventType)!;
        Assert.Equal(EventStanding.Accepted, named.Standing);
        await PolicyWorld.SeeAsync(bob, room, named.EventId.Value);

        var (status, body) = await PolicyWorld.TrySayAsync(alice, room, "hello");

        Assert.Equal((404, "M_NOT_FOUND"), (status, (string?)body["errcode"]));
    }

    [Fact]
    public async Task Without_its_policy_server_a_room_is_as_others_are()
    {
        var (alice, bob, room) = await world.ProtectedRoomAsync();
        var mallory = await world.UserOfBAsync();
        await world.JoinAsync(mallory, room);
        await world.BanAsync(mallory);
        Assert.Equal(400, (await PolicyWorld.TrySayAsync(mallory, room, "buy")).Status);

        await ServerPair.SetStateAsync(alice, room, RoomPolicy.EventType, "", "{}");
        await PolicyWorld.SeeAsync(bob, room, (await PolicyWorld.RoomAsync(world.A, room)).Current.Find(RoomPolicy.EventType)!.EventId.Value);

        var said = await ServerPair.SayAsync(mallory, room, "buy");
        await PolicyWorld.SeeAsync(alice, room, said);
        Assert.False(await world.IsSignedAsync(world.A, said));
    }

    [Fact]
    public async Task An_event_behind_the_end_of_the_policy_server_in_one_transaction_needs_no_signature()
    {
        var (alice, bob, room) = await world.ProtectedRoomAsync();
        var mallory = await world.UserOfBAsync();
        await world.JoinAsync(mallory, room);
        var levels = new JsonObject { ["users"] = new JsonObject { [bob.UserId.Value] = 100 } };
        await ServerPair.SetStateAsync(alice, room, "m.room.power_levels", "", levels.ToJsonString());
        await PolicyWorld.SeeAsync(bob, room, (await PolicyWorld.RoomAsync(world.A, room)).Current.Find("m.room.power_levels")!.EventId.Value);
        await world.BanAsync(mallory);
        var (removal, _) = await PolicyWorld.SealAsync(bob, room, new EventProposal(RoomPolicy.EventType, bob.UserId, "{}"u8.ToArray()) { StateKey = "" });
        var (said, id) = await PolicyWorld.SealMessageAsync(mallory, room);

        await PolicyWorld.SendAsync(world.B, world.A, removal, said);

        await PolicyWorld.SeeAsync(alice, room, id);
        Assert.False(await world.IsSignedAsync(world.A, id));
    }
}
