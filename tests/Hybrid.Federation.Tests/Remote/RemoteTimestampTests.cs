using Hybrid.Federation.Tests.Support;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.Remote;

/// <summary>Events by time in rooms whose beginning this server has not seen.</summary>
public sealed class RemoteTimestampTests(ServerPair servers) : IClassFixture<ServerPair>
{
    [Fact]
    public async Task An_event_from_before_this_server_came_is_found_and_its_history_fetched()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await ServerPair.CreateRoomAsync(bob, """{"preset":"public_chat"}""");
        List<string> said = [];
        for (var number = 0; number < 5; number++)
            said.Add(await ServerPair.SayAsync(bob, room, $"{number}"));
        await alice.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(servers.B.Name.Value)}", []);
        var sent = (await servers.B.Services.GetRequiredService<IRoomStore>().FindEventAsync(Primitives.EventId.Parse(said[1]), default))!.OriginServerTs;
        Assert.Null(await servers.A.Services.GetRequiredService<IRoomStore>().FindEventAsync(Primitives.EventId.Parse(said[1]), default));

        var found = await alice.CallAsync(HttpMethod.Get, Closest(room, sent, "b"));

        Assert.Equal(sent, (long)found["origin_server_ts"]!);
        var shown = await alice.CallAsync(HttpMethod.Get, $"rooms/{Uri.EscapeDataString(room)}/context/{Uri.EscapeDataString((string)found["event_id"]!)}");
        Assert.NotNull(shown["event"]);
        Assert.Equal((404, "M_NOT_FOUND"), await RefusedAsync(alice, Closest(room, 1000, "b")));
        Assert.Equal((404, "M_NOT_FOUND"), await RefusedAsync(alice, Closest(room, sent + 3_600_000, "f")));
    }

    [Fact]
    public async Task Without_the_other_server_the_closest_event_here_is_the_answer()
    {
        await using var pair = await FederatedServers.StartAsync(2);
        var (alice, bob) = (await pair[0].RegisterAsync("alice"), await pair[1].RegisterAsync("bob"));
        var room = await ServerPair.CreateRoomAsync(bob, """{"preset":"public_chat"}""");
        await ServerPair.SayAsync(bob, room, "before");
        await alice.CallAsync(HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(pair[1].Name.Value)}", []);
        var own = await ServerPair.SayAsync(alice, room, "here");
        await pair[1].StopAsync();

        Assert.Equal(own, (string?)(await alice.CallAsync(HttpMethod.Get, Closest(room, DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds(), "b")))["event_id"]);
        var first = await alice.CallAsync(HttpMethod.Get, Closest(room, 1000, "f"));
        Assert.NotEqual(own, (string?)first["event_id"]);
        Assert.Equal((404, "M_NOT_FOUND"), await RefusedAsync(alice, Closest(room, 1000, "b")));
    }

    static string Closest(string room, long timestamp, string direction) =>
        $"/_matrix/client/v1/rooms/{Uri.EscapeDataString(room)}/timestamp_to_event?ts={timestamp}&dir={direction}";

    static async Task<(int, string?)> RefusedAsync(FederatedUser user, string path)
    {
        var (status, body) = await user.SendAsync(HttpMethod.Get, path);
        return (status, (string?)body["errcode"]);
    }
}
