using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Events;

/// <summary>The state before history that is fetched from another server, which tells it only where it does not follow from what is known.</summary>
public sealed class HistoryStateTests : TwoServers
{
    // More than is fetched at a time.
    const int Messages = 130;

    int _asked;

    [Fact]
    public async Task Before_messages_it_is_the_state_before_the_join()
    {
        var (alice, roomId) = await CreateAsync();
        await SetTopicAsync(alice, roomId, "before all that was said");
        await SayAsync(alice, roomId, Messages);
        var bob = await JoinAsync(roomId);

        Assert.NotEmpty(await ScrollAsync(bob, roomId, 20));

        Assert.Equal(0, _asked);
        Assert.Equal("before all that was said", await TopicBeforeAsync(roomId, Messages - 5));
    }

    [Fact]
    public async Task Before_a_change_of_state_it_is_asked_for()
    {
        var (alice, roomId) = await CreateAsync();
        await SetTopicAsync(alice, roomId, "old");
        await SayAsync(alice, roomId, Messages);
        await SetTopicAsync(alice, roomId, "new");
        await SayAsync(alice, roomId, 3, Messages);
        var bob = await JoinAsync(roomId);

        Assert.NotEmpty(await ScrollAsync(bob, roomId, 20));

        Assert.NotEqual(0, _asked);
        Assert.Equal("old", await TopicBeforeAsync(roomId, Messages - 5));
        Assert.Equal("new", await TopicBeforeAsync(roomId, Messages + 1));
    }

    protected override Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path.StartsWithSegments("/_matrix/federation/v1/state_ids", StringComparison.Ordinal))
            Interlocked.Increment(ref _asked);
        return next(context);
    }

    async Task<(FederatedUser Alice, RoomId RoomId)> CreateAsync()
    {
        var alice = await A.RegisterAsync("alice");
        var created = await alice.CallAsync(HttpMethod.Post, "createRoom", new JsonObject { ["preset"] = "public_chat" });
        return (alice, RoomId.Parse((string)created["room_id"]!));
    }

    async Task<FederatedUser> JoinAsync(RoomId roomId)
    {
        var bob = await B.RegisterAsync("bob");
        await bob.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(roomId.Value)}?server_name={Uri.EscapeDataString(A.Name.Value)}", []);
        return bob;
    }

    static Task<JsonObject> SetTopicAsync(FederatedUser user, RoomId roomId, string topic) =>
        user.CallAsync(HttpMethod.Put, $"rooms/{Uri.EscapeDataString(roomId.Value)}/state/m.room.topic", new JsonObject { ["topic"] = topic });

    static async Task SayAsync(FederatedUser user, RoomId roomId, int count, int first = 0)
    {
        for (var number = first; number < first + count; number++)
        {
            await user.CallAsync(
                HttpMethod.Put, $"rooms/{Uri.EscapeDataString(roomId.Value)}/send/m.room.message/{number}", new JsonObject { ["msgtype"] = "m.text", ["body"] = $"{number}" });
        }
    }

    static async Task<JsonArray> ScrollAsync(FederatedUser user, RoomId roomId, int limit)
    {
        var page = await user.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(roomId.Value)}/messages?dir=b&limit={limit}");
        page = await user.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(roomId.Value)}/messages?dir=b&limit={limit}&from={(string)page["end"]!}");
        return page["chunk"]!.AsArray();
    }

    // As the server that fetched it has it.
    async Task<string?> TopicBeforeAsync(RoomId roomId, int message)
    {
        var room = (await B.Services.GetRequiredService<RoomRegistry>().FindAsync(roomId, default))!.Current;
        var page = await B.Services.GetRequiredService<IRoomStore>().ReadTimelineAsync(
            new TimelineQuery(roomId, long.MaxValue, null, Backwards: true, 500) { Types = ["m.room.message"] }, default);
        var said = page.Events.Single(stored => stored.ContentString("body") == $"{message}");
        var state = await B.Services.GetRequiredService<RoomStates>().ReadBeforeAsync(room, said, default);
        return state.SingleOrDefault(static entry => entry.Type == "m.room.topic")?.ContentString("topic");
    }
}
