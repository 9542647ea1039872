using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Sync;

/// <summary><c>POST v4/sync</c> and its unstable path (MSC4186), as HTTP clients see them.</summary>
public sealed class SlidingSyncTests(TestServer server) : IClassFixture<TestServer>
{
    const string Stable = "/_matrix/client/v4/sync";
    const string Unstable = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync";

    [Fact]
    public async Task A_client_pages_through_its_rooms_and_waits_for_more()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var rooms = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            rooms.Add(await alice.CreateRoomAsync($$"""{"preset":"public_chat","name":"Room {{i}}"}"""));
            _ = (await bob.InRoomAsync(rooms[i], "join")).Ok;
        }

        var first = (await bob.PostAsync(Unstable, Lists(0, 0))).Ok;
        var second = (await bob.PostAsync($"{Unstable}?pos={first["pos"]}&timeout=0", Lists(0, 9))).Ok;
        var waiting = bob.PostAsync($"{Unstable}?pos={second["pos"]}&timeout=30000", Lists(0, 9));
        var said = await alice.SayAsync(rooms[0], "hello");
        var third = (await waiting).Ok;

        Assert.Equal([rooms[2]], first["rooms"]!.AsObject().Select(static room => room.Key));
        Assert.Equal(3, (int)first["lists"]!["all"]!["count"]!);
        Assert.Equal(rooms.Take(2).Order(StringComparer.Ordinal), second["rooms"]!.AsObject().Select(static room => room.Key).Order(StringComparer.Ordinal));
        Assert.Equal(said, (string?)third["rooms"]![rooms[0]]!["timeline"]!.AsArray().Single()!["event_id"]);
        Assert.Equal(1, (int)third["rooms"]![rooms[0]]!["notification_count"]!);
    }

    [Fact]
    public async Task The_stable_path_takes_everything_in_the_body()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"name":"Named"}""");
        const string Body = """{"conn_id":"main","timeout":0,"set_presence":"offline","lists":{"all":{"range":[0,9],"timeline_limit":1,"required_state":{"include":[{"type":"m.room.name","state_key":""}]}}}}""";

        var first = (await alice.PostAsync(Stable, Body)).Ok;
        var said = await alice.SayAsync(room, "hi");
        var next = JsonNode.Parse(Body)!.AsObject();
        next["pos"] = (string?)first["pos"];
        var second = (await alice.PostAsync(Stable, next.ToJsonString())).Ok;

        Assert.Equal("join", (string?)first["rooms"]![room]!["membership"]);
        Assert.Equal("m.room.name", (string?)first["rooms"]![room]!["required_state"]!.AsArray().Single()!["type"]);
        Assert.Equal(said, (string?)second["rooms"]![room]!["timeline"]!.AsArray().Single()!["event_id"]);
        Assert.NotNull(second["rooms"]![room]!["timeline"]!.AsArray().Single()!["unsigned"]!["age"]);
    }

    [Fact]
    public async Task A_position_is_a_token_of_messages_and_outlives_a_restart()
    {
        var own = new TestServer();
        await own.InitializeAsync();
        try
        {
            var alice = await own.RegisterAsync();
            var room = await alice.CreateRoomAsync();
            var first = (await alice.PostAsync(Unstable, Lists(0, 9))).Ok;
            var said = await alice.SayAsync(room, "before the restart");
            await own.RestartAsync();

            var second = (await alice.PostAsync($"{Unstable}?pos={first["pos"]}", Lists(0, 9))).Ok;
            var page = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/messages?dir=f&from={first["pos"]}")).Ok;

            Assert.Equal(said, (string?)second["rooms"]![room]!["timeline"]!.AsArray().Single()!["event_id"]);
            Assert.Equal(said, (string?)page["chunk"]!.AsArray().Single()!["event_id"]);
        }
        finally
        {
            await own.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_client_that_logs_out_leaves_no_position_behind()
    {
        var alice = await server.RegisterAsync();
        var pos = (string?)(await alice.PostAsync(Unstable, Lists(0, 9))).Ok["pos"];
        var bob = await server.RegisterAsync();

        (await bob.PostAsync($"{Unstable}?pos={pos}", Lists(0, 9))).ShouldBe(400, "M_UNKNOWN_POS");
        (await alice.PostAsync($"{Unstable}?pos=nonsense", Lists(0, 9))).ShouldBe(400, "M_UNKNOWN_POS");
        _ = (await alice.PostAsync("logout")).Ok;
        (await alice.PostAsync($"{Unstable}?pos={pos}", Lists(0, 9))).ShouldBe(401, "M_UNKNOWN_TOKEN");
    }

    [Theory]
    [InlineData("[]", 400, "M_BAD_JSON")]
    [InlineData("{", 400, "M_NOT_JSON")]
    [InlineData("""{"lists":[]}""", 400, "M_BAD_JSON")]
    [InlineData("""{"lists":{"a":{}}}""", 400, "M_BAD_JSON")]
    [InlineData("""{"lists":{"a":{"timeline_limit":1}}}""", 400, "M_BAD_JSON")]
    [InlineData("""{"lists":{"a":{"timeline_limit":"1","required_state":[]}}}""", 400, "M_BAD_JSON")]
    [InlineData("""{"lists":{"a":{"timeline_limit":1,"required_state":["m.room.name"]}}}""", 400, "M_BAD_JSON")]
    [InlineData("""{"lists":{"a":{"timeline_limit":1,"required_state":[],"ranges":[[0]]}}}""", 400, "M_BAD_JSON")]
    [InlineData("""{"lists":{"a":{"timeline_limit":1,"required_state":[],"ranges":[[0,-1]]}}}""", 400, "M_BAD_JSON")]
    [InlineData("""{"lists":{"a":{"timeline_limit":1,"required_state":[],"ranges":[[5,1]]}}}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"lists":{"a":{"timeline_limit":-1,"required_state":[]}}}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"lists":{"a":{"timeline_limit":1,"required_state":[],"filters":{"is_dm":1}}}}""", 400, "M_BAD_JSON")]
    [InlineData("""{"room_subscriptions":{"!a:b":{"timeline_limit":1,"required_state":7}}}""", 400, "M_BAD_JSON")]
    [InlineData("""{"extensions":{"to_device":{"enabled":true,"since":"x"}}}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"set_presence":"away"}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"conn_id":1}""", 400, "M_BAD_JSON")]
    public async Task What_makes_no_sense_is_refused(string body, int status, string code)
    {
        var alice = await server.RegisterAsync();

        (await alice.PostAsync(Stable, body)).ShouldBe(status, code);
        (await alice.PostAsync(Unstable, body)).ShouldBe(status, code);
    }

    [Fact]
    public async Task There_is_an_end_to_lists_subscriptions_and_names()
    {
        var alice = await server.RegisterAsync();
        var terms = """{"timeline_limit":1,"required_state":[]}""";
        var lists = string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"l{i}\":{terms}"));
        var rooms = string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"!r{i}:b\":{terms}"));
        var states = string.Join(',', Enumerable.Range(0, 201).Select(static i => $"[\"t\",\"{i}\"]"));

        (await alice.PostAsync(Stable, $$"""{"lists":{ {{lists}} } }""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync(Stable, $$"""{"room_subscriptions":{ {{rooms}} } }""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync(Stable, $$"""{"lists":{"{{new string('a', 65)}}":{{terms}} } }""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync(Stable, $$"""{"lists":{"a b":{{terms}} } }""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync(Stable, $$"""{"conn_id":"{{new string('a', 256)}}"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync(Stable, $$"""{"lists":{"a":{"timeline_limit":1,"required_state":[ {{states}} ]} } }""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync(Stable, $$"""{"conn_id":"a","x":"{{new string('a', 300_000)}}"}""")).ShouldBe(413, "M_TOO_LARGE");
    }

    [Theory]
    [InlineData(Stable)]
    [InlineData(Unstable)]
    public async Task Without_a_token_there_is_nothing(string path)
    {
        using var content = new StringContent("{}", Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync(path, content);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("M_MISSING_TOKEN", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_says_that_it_has_it()
    {
        var alice = await server.RegisterAsync();

        Assert.True((bool?)(await alice.GetAsync("/_matrix/client/versions")).Ok["unstable_features"]!["org.matrix.simplified_msc3575"]);
    }

    static string Lists(int first, int last) =>
        $$$"""{"lists":{"all":{"ranges":[[{{{first}}},{{{last}}}]],"timeline_limit":1,"required_state":[["m.room.create",""]]} } }""";
}
