using System.Net;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Sync;

public sealed class SyncTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_waiting_sync_is_answered_by_a_message_that_counts_as_unread_until_it_is_read()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var first = (await bob.GetAsync("sync")).Ok;

        var waiting = bob.GetAsync($"sync?timeout=30000&since={Next(first)}");
        var said = await alice.SayAsync(room, "hello");
        var news = (await waiting).Ok;

        var shown = Joined(news, room)!["timeline"]!["events"]!.AsArray().Single()!;
        Assert.Equal(said, (string?)shown["event_id"]);
        Assert.Null(shown["room_id"]);
        Assert.Equal(1, (int)Joined(news, room)!["unread_notifications"]!["notification_count"]!);

        _ = (await bob.InRoomAsync(room, $"receipt/m.read/{Uri.EscapeDataString(said)}")).Ok;
        var read = (await bob.GetAsync($"sync?since={Next(news)}")).Ok;
        Assert.Equal(0, (int)Joined(read, room)!["unread_notifications"]!["notification_count"]!);
    }

    [Fact]
    public async Task An_initial_sync_has_the_push_rules_and_key_counts()
    {
        var alice = await server.RegisterAsync();

        var answer = (await alice.GetAsync("sync")).Ok;

        Assert.Contains(answer["account_data"]!["events"]!.AsArray(), entry => (string?)entry!["type"] == "m.push_rules");
        Assert.Equal(0, (int)answer["device_one_time_keys_count"]!["signed_curve25519"]!);
    }

    [Theory]
    [InlineData("use_state_after=true", "state_after")]
    [InlineData("org.matrix.msc4222.use_state_after=true", "org.matrix.msc4222.state_after")]
    [InlineData("use_state_after=false", "state")]
    [InlineData("", "state")]
    public async Task State_after_the_timeline_has_the_name_that_the_client_asks_by(string query, string name)
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        var shown = Joined((await alice.GetAsync($"sync?{query}")).Ok, room)!.AsObject();

        Assert.Equal([name], shown.Where(static section => section.Key.Contains("state", StringComparison.Ordinal)).Select(static section => section.Key));
    }

    [Fact]
    public async Task A_token_goes_on_after_a_restart()
    {
        var own = new TestServer();
        await own.InitializeAsync();
        try
        {
            var alice = await own.RegisterAsync();
            var room = await alice.CreateRoomAsync();
            var first = (await alice.GetAsync("sync")).Ok;
            var said = await alice.SayAsync(room, "before the restart");
            await own.RestartAsync();

            var answer = (await alice.GetAsync($"sync?since={Next(first)}")).Ok;

            Assert.Equal(said, (string?)Joined(answer, room)!["timeline"]!["events"]!.AsArray().Single()!["event_id"]);
            Assert.Null((await alice.GetAsync($"sync?since={Next(answer)}")).Ok["rooms"]);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task Going_back_from_prev_batch_leaves_no_gap_and_repeats_nothing()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = new List<string>();
        for (var i = 0; i < 12; i++)
            said.Add(await alice.SayAsync(room, $"m{i}"));

        var timeline = Joined((await alice.GetAsync("sync")).Ok, room)!["timeline"]!;
        var from = Uri.EscapeDataString((string)timeline["prev_batch"]!);
        var page = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/messages?dir=b&limit=2&from={from}")).Ok;

        Assert.True((bool)timeline["limited"]!);
        Assert.Equal(said.Skip(2), timeline["events"]!.AsArray().Select(entry => (string)entry!["event_id"]!));
        Assert.Equal([said[1], said[0]], page["chunk"]!.AsArray().Select(entry => (string)entry!["event_id"]!));
    }

    [Theory]
    [InlineData("since=yesterday")]
    [InlineData("filter=999")]
    [InlineData("timeout=soon")]
    [InlineData("set_presence=asleep")]
    [InlineData("full_state=maybe")]
    public async Task Parameters_that_make_no_sense_are_refused(string query)
    {
        var alice = await server.RegisterAsync();

        (await alice.GetAsync($"sync?{query}")).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Fact]
    public async Task A_filter_may_be_named_or_written_out()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        const string Filter = """{"room":{"timeline":{"limit":1}}}""";
        var id = (string)(await alice.PostAsync($"user/{alice.UserId}/filter", Filter)).Ok["filter_id"]!;

        var named = (await alice.GetAsync($"sync?filter={id}")).Ok;
        var written = (await alice.GetAsync($"sync?filter={Uri.EscapeDataString(Filter)}")).Ok;

        Assert.Single(Joined(named, room)!["timeline"]!["events"]!.AsArray());
        Assert.Single(Joined(written, room)!["timeline"]!["events"]!.AsArray());
        (await alice.GetAsync("sync?filter=%7B%22room%22%3A1%7D")).ShouldBe(400, "M_BAD_JSON");
    }

    [Fact]
    public async Task No_token_no_sync()
    {
        using var response = await server.Http.GetAsync(new Uri("/_matrix/client/v3/sync", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    static string Next(JsonObject answer) => (string)answer["next_batch"]!;

    static JsonNode? Joined(JsonObject answer, string room) => answer["rooms"]?["join"]?[room];
}
