using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Timeline;

public sealed class StateAndContextTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Context_shows_both_sides_of_an_event_and_tokens_to_go_on_from()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = new List<string>();
        for (var i = 0; i < 6; i++)
            said.Add(await alice.SayAsync(room, $"m{i}"));

        var context = (await alice.GetAsync($"{Room(room)}/context/{Uri.EscapeDataString(said[3])}?limit=4")).Ok;
        Assert.Equal(said[3], (string?)context["event"]!["event_id"]);
        Assert.Equal([said[2], said[1]], Ids(context["events_before"]!));
        Assert.Equal([said[4], said[5]], Ids(context["events_after"]!));
        Assert.Contains("m.room.create", context["state"]!.AsArray().Select(static entry => (string?)entry!["type"]));
        Assert.Equal([said[0]], Ids((await alice.GetAsync($"{Room(room)}/messages?dir=b&limit=1&from={context["start"]}")).Ok["chunk"]!));
        var later = await alice.SayAsync(room, "later");
        Assert.Equal([later], Ids((await alice.GetAsync($"{Room(room)}/messages?dir=f&from={context["end"]}")).Ok["chunk"]!));
        var alone = (await alice.GetAsync($"{Room(room)}/context/{Uri.EscapeDataString(said[3])}?limit=0")).Ok;
        Assert.Empty(alone["events_before"]!.AsArray());
        Assert.Empty(alone["events_after"]!.AsArray());
        (await alice.GetAsync($"{Room(room)}/context/$unknown")).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task One_state_entry_comes_as_content_or_as_event()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"name":"Room"}""");

        Assert.Equal("""{"name":"Room"}""", (await alice.GetAsync($"{Room(room)}/state/m.room.name")).Ok.ToJsonString());
        Assert.Equal("""{"name":"Room"}""", (await alice.GetAsync($"{Room(room)}/state/m.room.name/")).Ok.ToJsonString());
        var whole = (await alice.GetAsync($"{Room(room)}/state/m.room.name?format=event")).Ok;
        Assert.Equal("m.room.name", (string?)whole["type"]);
        Assert.Equal(alice.UserId.Value, (string?)whole["sender"]);
        (await alice.GetAsync($"{Room(room)}/state/m.room.topic")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync($"{Room(room)}/state/m.room.name?format=xml")).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Fact]
    public async Task The_whole_state_is_an_array_of_client_events()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"name":"Room"}""");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/_matrix/client/v3/{Room(room)}/state");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", alice.AccessToken);
        using var response = await server.Http.SendAsync(request);
        var state = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsArray();

        Assert.Single(state, entry => (string?)entry!["type"] == "m.room.name");
        Assert.All(state, static entry => Assert.NotNull(entry!["state_key"]));
        Assert.All(state, static entry => Assert.Null(entry!["hashes"]));
    }

    [Fact]
    public async Task Members_are_listed_by_membership_and_at_a_point()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var carol = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var token = (string)(await alice.GetAsync($"{Room(room)}/messages?dir=b&limit=1")).Ok["start"]!;
        _ = (await bob.InRoomAsync(room, "leave")).Ok;
        _ = (await alice.InRoomAsync(room, "invite", $$"""{"user_id":"{{carol.UserId}}"}""")).Ok;

        Assert.Equal(3, (await MembersAsync(alice, room, "")).Count);
        Assert.Equal([alice.UserId.Value], await MembersAsync(alice, room, "?membership=join"));
        Assert.Equal(Sorted(alice, carol), await MembersAsync(alice, room, "?not_membership=leave"));
        Assert.Equal(Sorted(alice, bob), await MembersAsync(alice, room, $"?membership=leave&not_membership=invite"));
        Assert.Equal(Sorted(alice, bob), await MembersAsync(alice, room, $"?membership=join&at={token}"));
        (await alice.GetAsync($"{Room(room)}/members?membership=friend")).ShouldBe(400, "M_INVALID_PARAM");
        var joined = (await alice.GetAsync($"{Room(room)}/joined_members")).Ok["joined"]!.AsObject();
        Assert.Equal([alice.UserId.Value], joined.Select(static member => member.Key));
        (await carol.GetAsync($"{Room(room)}/joined_members")).ShouldBe(403, "M_FORBIDDEN");
        Assert.Equal([room], (await alice.GetAsync("joined_rooms")).Ok["joined_rooms"]!.AsArray().Select(static entry => (string?)entry));
        Assert.Empty((await bob.GetAsync("joined_rooms")).Ok["joined_rooms"]!.AsArray());
    }

    [Fact]
    public async Task The_closest_event_to_a_time_is_found()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var said = await alice.SayAsync(room, "now");
        var path = $"/_matrix/client/v1/{Room(room)}/timestamp_to_event";
        var far = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();

        Assert.Equal(said, (string?)(await alice.GetAsync($"{path}?dir=b&ts={far}")).Ok["event_id"]);
        (await alice.GetAsync($"{path}?dir=f&ts={far}")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync($"{path}?dir=f")).ShouldBe(400, "M_MISSING_PARAM");
        (await alice.GetAsync($"{path}?dir=x&ts=1")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{path}?ts=1")).ShouldBe(400, "M_MISSING_PARAM");
        Assert.NotEqual(said, (string?)(await alice.GetAsync($"{path}?dir=f&ts=0")).Ok["event_id"]);
        (await (await server.RegisterAsync()).GetAsync($"{path}?dir=b&ts={far}")).ShouldBe(403, "M_FORBIDDEN");
    }

    static string Room(string room) => $"rooms/{Uri.EscapeDataString(room)}";

    static IEnumerable<string?> Ids(JsonNode events) => events.AsArray().Select(static entry => (string?)entry!["event_id"]);

    static string[] Sorted(params TestUser[] users) => [.. users.Select(static user => user.UserId.Value).Order(StringComparer.Ordinal)];

    static async Task<List<string>> MembersAsync(TestUser user, string room, string query) =>
        [.. (await user.GetAsync($"{Room(room)}/members{query}")).Ok["chunk"]!.AsArray()
            .Select(static entry => (string)entry!["state_key"]!).Order(StringComparer.Ordinal)];
}
