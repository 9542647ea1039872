using System.Diagnostics;
using System.Security.Cryptography;
using Hybrid.Tests.Shared;
using Xunit;

namespace Hybrid.ClientApi.Tests.Hosting;

/// <summary>What clients get to see of a PostgreSQL that is away, or that cannot hold what they send.</summary>
public sealed class PostgresOutageTests
{
    [Fact]
    public async Task A_server_whose_database_is_away_says_so_and_goes_on_by_itself_when_it_is_back()
    {
        using var cluster = await PostgresCluster.StartNewAsync();
        var database = await cluster.CreateDatabaseAsync();
        await using var server = await TestServer.StartAsync(settings => settings with { Postgres = database });
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        await alice.SayAsync(room, "before");
        var since = (string)(await bob.GetAsync("sync")).Ok["next_batch"]!;

        await cluster.StopAsync("fast");
        (await alice.SendEventAsync(room, "m.room.message", "{}")).ShouldBe(503, "M_UNKNOWN");
        (await alice.PostAsync("createRoom")).ShouldBe(503, "M_UNKNOWN");
        (await bob.GetAsync("sync?full_state=true")).ShouldBe(503, "M_UNKNOWN");

        await cluster.StartAsync();
        var back = Stopwatch.StartNew();
        while ((await alice.SendEventAsync(room, "m.room.message", """{"msgtype":"m.text","body":"after"}""")).ErrorCode is not null)
            Assert.InRange(back.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));

        // The reader that counts was there all the time: a sync shows nothing that it has not counted.
        var joined = (await bob.GetAsync($"sync?since={since}&timeout=10000")).Ok["rooms"]!["join"]![room]!;
        Assert.Equal("after", (string?)joined["timeline"]!["events"]!.AsArray()[^1]!["content"]!["body"]);
        Assert.Equal(2, (int)joined["unread_notifications"]!["notification_count"]!);
    }

    [Fact]
    public async Task Names_that_it_cannot_index_or_hold_are_no_failures_of_the_server()
    {
        var database = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        await using var server = await TestServer.StartAsync(settings => settings with { Postgres = database });
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var (name, of) = (Convert.ToHexString(RandomNumberGenerator.GetBytes(3500)), Uri.EscapeDataString(alice.UserId.Value));

        (await alice.PutAsync($"user/{of}/account_data/{name}")).ShouldBe(413, "M_TOO_LARGE");
        _ = (await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/send/m.test/{name}")).Ok;
        var odd = await alice.CreateRoomAsync("""{"initial_state":[{"type":"m.\u0000odd","state_key":"\u0000","content":{"body":"\u0000"}}]}""");
        _ = (await alice.PutAsync($"devices/{alice.DeviceId}", """{"display_name":"\u0000 phone"}""")).Ok;
        Assert.Equal("\0 phone", (string?)(await alice.GetAsync($"devices/{alice.DeviceId}")).Ok["display_name"]);
        var link = Uri.EscapeDataString("""{"contains_url":false}""");
        var shown = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(odd)}/messages?dir=b&limit=100&filter={link}")).Ok["chunk"]!.AsArray();
        Assert.Contains(shown, static entry => ((string?)entry!["type"], (string?)entry["state_key"]) == ("m.\0odd", "\0"));
    }
}
