using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Joins;

/// <summary>The deprecated <c>v1</c> of <c>send_join</c> and <c>send_leave</c>.</summary>
public sealed class ListAnswerTests(ServerPair servers) : IClassFixture<ServerPair>
{
    [Fact]
    public async Task The_answer_is_a_list_of_the_status_and_the_answer()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await ServerPair.CreateRoomAsync(bob, """{"preset":"public_chat"}""");

        var joined = await SendAsync(alice, room, "join", "v1/send_join");
        Assert.Equal(200, (int)joined[0]!);
        Assert.NotEmpty(joined[1]!["state"]!.AsArray());
        Assert.NotEmpty(joined[1]!["auth_chain"]!.AsArray());
        Assert.Equal("[200,{}]", (await SendAsync(alice, room, "leave", "v1/send_leave")).ToJsonString());
    }

    async Task<JsonNode> SendAsync(FederatedUser user, string room, string membership, string operation)
    {
        var known = (await servers.B.Services.GetRequiredService<RoomRegistry>().FindAsync(RoomId.Parse(room), default))!;
        var proposal = new EventProposal("m.room.member", user.UserId, JsonSerializer.SerializeToUtf8Bytes(new { membership })) { StateKey = user.UserId.Value };
        var made = servers.A.Services.GetRequiredService<EventTemplates>().Seal(known.Current, proposal).Value;
        var (status, answer, code) = await servers.AskAsync(FederationRequest.Put(FederationPath.Of($"federation/{operation}", room, made.EventId), made.Json));
        Assert.Equal((200, null), (status, code));
        return answer!;
    }
}
