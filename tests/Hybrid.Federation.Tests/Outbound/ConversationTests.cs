using System.Text.Json.Nodes;
using Hybrid.Federation.Tests.Support;
using Hybrid.Tests.Shared;

namespace Hybrid.Federation.Tests.Outbound;

/// <summary>Two whole servers that send each other what happens in a room, and what their users do there.</summary>
public sealed class ConversationTests(ServerPair servers) : IClassFixture<ServerPair>
{
    [Fact]
    public async Task What_is_said_on_one_server_is_read_on_the_other()
    {
        var (alice, bob, room) = await MeetAsync();
        var (atAlice, atBob) = (new Watch(alice), new Watch(bob));

        await ServerPair.SayAsync(alice, room, "can you hear me?");
        await atBob.UntilAsync(sync => Timeline(sync, room).Any(static said => said == "can you hear me?"));
        await ServerPair.SayAsync(bob, room, "I can.");
        await atAlice.UntilAsync(sync => Timeline(sync, room).Any(static said => said == "I can."));
    }

    [Fact]
    public async Task Typing_receipts_and_presence_cross_servers()
    {
        var (alice, bob, room) = await MeetAsync();
        var (atAlice, atBob) = (new Watch(alice), new Watch(bob));
        var path = $"rooms/{Uri.EscapeDataString(room)}";
        var said = await ServerPair.SayAsync(alice, room, "hello");
        await atBob.UntilAsync(sync => Timeline(sync, room).Any(static text => text == "hello"));

        await bob.CallAsync(HttpMethod.Post, $"{path}/receipt/m.read/{Uri.EscapeDataString(said)}", []);
        await atAlice.UntilAsync(sync => Ephemeral(sync, room, "m.receipt").Any(content => content[said]?["m.read"]?[bob.UserId.Value] is not null));

        await alice.CallAsync(HttpMethod.Put, $"{path}/typing/{alice.UserId}", new JsonObject { ["typing"] = true, ["timeout"] = 30_000 });
        await atBob.UntilAsync(sync => Typing(sync).Contains(alice.UserId.Value));
        await alice.CallAsync(HttpMethod.Put, $"{path}/typing/{alice.UserId}", new JsonObject { ["typing"] = false });
        await atBob.UntilAsync(sync => Ephemeral(sync, room, "m.typing").Any() && !Typing(sync).Contains(alice.UserId.Value));

        await alice.CallAsync(HttpMethod.Put, $"presence/{alice.UserId}/status", new JsonObject { ["presence"] = "online", ["status_msg"] = "here" });
        await atBob.UntilAsync(sync => (sync["presence"]?["events"] as JsonArray ?? [])
            .Any(entry => (string?)entry!["sender"] == alice.UserId.Value && (string?)entry["content"]!["status_msg"] == "here"));

        IEnumerable<string?> Typing(JsonObject sync) =>
            Ephemeral(sync, room, "m.typing").SelectMany(static content => content["user_ids"]!.AsArray()).Select(static user => (string?)user);
    }

    [Fact]
    public async Task Invited_and_then_uninvited_someone_hears_of_both()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await ServerPair.CreateRoomAsync(alice);
        var atBob = new Watch(bob);
        var path = $"rooms/{Uri.EscapeDataString(room)}";

        await alice.CallAsync(HttpMethod.Post, $"{path}/invite", new JsonObject { ["user_id"] = bob.UserId.Value });
        await atBob.UntilAsync(sync => sync["rooms"]?["invite"]?[room] is not null);
        await alice.CallAsync(HttpMethod.Post, $"{path}/kick", new JsonObject { ["user_id"] = bob.UserId.Value });
        await atBob.UntilAsync(sync => sync["rooms"]?["leave"]?[room] is not null);
    }

    [Fact]
    public async Task A_server_that_was_away_has_everything_when_it_is_back()
    {
        var (alice, bob, room) = await MeetAsync();
        var atBob = new Watch(bob);
        await ServerPair.SayAsync(alice, room, "before");
        await atBob.UntilAsync(sync => Timeline(sync, room).Any(static text => text == "before"));
        await servers.B.StopAsync();
        string[] meanwhile = ["one", "two", "three"];
        foreach (var text in meanwhile)
            await ServerPair.SayAsync(alice, room, text);
        await servers.B.StartAsync();

        // It makes itself heard, and so is not left alone any longer.
        await ServerPair.SayAsync(bob, room, "I am back");
        var heard = new List<string?>();
        await atBob.UntilAsync(sync =>
        {
            heard.AddRange(Timeline(sync, room));
            return meanwhile.All(heard.Contains);
        });
        await new Watch(alice).UntilAsync(sync => Timeline(sync, room).Any(static text => text == "I am back"));
    }

    async Task<(FederatedUser Alice, FederatedUser Bob, string Room)> MeetAsync()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var room = await ServerPair.CreateRoomAsync(alice, """{"preset":"public_chat"}""");
        await bob.CallAsync(
            HttpMethod.Post, $"join/{Uri.EscapeDataString(room)}?via={Uri.EscapeDataString(alice.Server.Name.Value)}", []);
        return (alice, bob, room);
    }

    static IEnumerable<string?> Timeline(JsonObject sync, string room) =>
        (sync["rooms"]?["join"]?[room]?["timeline"]?["events"] as JsonArray ?? []).Select(static entry => entry!["content"]?["body"])
            .OfType<JsonValue>().Select(static body => (string?)body);

    static IEnumerable<JsonNode> Ephemeral(JsonObject sync, string room, string type) =>
        (sync["rooms"]?["join"]?[room]?["ephemeral"]?["events"] as JsonArray ?? [])
            .Where(entry => (string?)entry!["type"] == type).Select(static entry => entry!["content"]!);

    /// <summary>A client that follows what its server tells it.</summary>
    sealed class Watch(FederatedUser user)
    {
        static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        string? _since;

        /// <summary>Syncs until one answer is what is waited for.</summary>
        public async Task UntilAsync(Predicate<JsonObject> isIt)
        {
            var end = DateTime.UtcNow + Patience;
            while (true)
            {
                Assert.True(DateTime.UtcNow < end, "It does not come.");
                var sync = await user.CallAsync(
                    HttpMethod.Get, $"sync?set_presence=offline&timeout=2000{(_since is null ? "" : $"&since={Uri.EscapeDataString(_since)}")}");
                _since = (string)sync["next_batch"]!;
                if (isIt(sync))
                    return;
            }
        }
    }
}
