using System.Net;
using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.PolicyServers;

namespace Hybrid.Federation.Tests.PolicyServers;

/// <summary><c>POST /_matrix/policy/v1/sign</c>.</summary>
public sealed class SignEndpointTests(PolicyWorld world) : IClassFixture<PolicyWorld>
{
    [Fact]
    public async Task An_event_of_a_room_that_chose_it_is_signed()
    {
        var (alice, _, room) = await world.ProtectedRoomAsync();
        var (said, _) = await PolicyWorld.SealMessageAsync(alice, room);

        Assert.Equal((200, null), await world.AskToSignAsync(said));
    }

    [Fact]
    public async Task Nobody_is_answered_without_a_signed_request()
    {
        using var body = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var response = await world.B.Http.PostAsync(new Uri("/_matrix/policy/v1/sign", UriKind.Relative), body);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_server_that_is_no_policy_server_says_so()
    {
        var (alice, _, room) = await world.ProtectedRoomAsync();
        var (said, _) = await PolicyWorld.SealMessageAsync(alice, room);

        Assert.Equal((404, "M_UNRECOGNIZED"), await PolicyWorld.AskToSignAsync(world.B, world.A, said));
    }

    [Fact]
    public async Task Rooms_that_did_not_choose_it_are_not_found()
    {
        var alice = await world.UserOfAAsync();
        var room = await ServerPair.CreateRoomAsync(alice, """{"preset":"public_chat"}""");
        var (said, _) = await PolicyWorld.SealMessageAsync(alice, room);
        Assert.Equal((404, "M_NOT_FOUND"), await world.AskToSignAsync(said));

        await world.JoinAsync(await world.UserOfBAsync(), room);
        Assert.Equal((404, "M_NOT_FOUND"), await world.AskToSignAsync(said));
    }

    [Fact]
    public async Task What_is_no_event_is_bad_json()
    {
        var (_, _, room) = await world.ProtectedRoomAsync();

        Assert.Equal((400, "M_BAD_JSON"), await world.AskToSignAsync([]));
        Assert.Equal((400, "M_BAD_JSON"), await world.AskToSignAsync(new JsonObject { ["room_id"] = 5 }));
        Assert.Equal((400, "M_BAD_JSON"), await world.AskToSignAsync(new JsonObject { ["room_id"] = room, ["type"] = "m.room.message" }));
    }

    [Fact]
    public async Task Neither_a_changed_content_nor_the_policy_itself_is_signed()
    {
        var (alice, _, room) = await world.ProtectedRoomAsync();
        var (said, _) = await PolicyWorld.SealMessageAsync(alice, room);
        said["content"]!["body"] = "something else";
        var (policy, _) = await PolicyWorld.SealAsync(alice, room, new EventProposal(RoomPolicy.EventType, alice.UserId, "{}"u8.ToArray()) { StateKey = "" });
        var (keyed, _) = await PolicyWorld.SealAsync(alice, room, new EventProposal(RoomPolicy.EventType, alice.UserId, "{}"u8.ToArray()) { StateKey = "other" });

        Assert.Equal((400, "M_FORBIDDEN"), await world.AskToSignAsync(said));
        Assert.Equal((400, "M_FORBIDDEN"), await world.AskToSignAsync(policy));
        Assert.Equal((200, null), await world.AskToSignAsync(keyed));
    }

    [Fact]
    public async Task A_server_that_the_room_keeps_out_is_forbidden()
    {
        var (alice, bob, room) = await world.ProtectedRoomAsync();
        await ServerPair.SetStateAsync(alice, room, "m.room.server_acl", "", """{"allow":["*"],"deny":["localhost"],"allow_ip_literals":true}""");
        await PolicyWorld.SeeAsync(bob, room, (await PolicyWorld.RoomAsync(world.A, room)).Current.Find("m.room.server_acl")!.EventId.Value);
        var (said, _) = await PolicyWorld.SealMessageAsync(alice, room);

        Assert.Equal((403, "M_FORBIDDEN"), await world.AskToSignAsync(said));
    }
}
