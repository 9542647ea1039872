using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.RoomDirectory;

public sealed class SpaceTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_space_is_walked_depth_first_in_the_order_of_its_children()
    {
        var alice = await server.RegisterAsync();
        var (root, inner) = (await SpaceAsync(alice, "root"), await SpaceAsync(alice, "inner"));
        var (first, second, third, deep) = (await RoomAsync(alice), await RoomAsync(alice), await RoomAsync(alice), await RoomAsync(alice));
        await AddAsync(alice, root, third);
        await AddAsync(alice, root, second, """{"order":"b"}""");
        await AddAsync(alice, root, first, """{"order":" "}""");
        await AddAsync(alice, root, inner, """{"order":"a"}""");
        await AddAsync(alice, inner, deep);
        await AddAsync(alice, inner, root);

        var rooms = (await HierarchyAsync(alice, root)).Ok["rooms"]!.AsArray();

        Assert.Equal([root, first, inner, deep, second, third], Ids(rooms));
        Assert.Equal([first, inner, second, third], rooms[0]!["children_state"]!.AsArray().Select(static child => (string?)child!["state_key"]));
        Assert.Equal("m.space", (string?)rooms[0]!["room_type"]);
        Assert.Equal("root", (string?)rooms[0]!["name"]);
        Assert.Equal(1, (int?)rooms[0]!["num_joined_members"]);
        Assert.Empty(rooms[1]!["children_state"]!.AsArray());
        var child = rooms[0]!["children_state"]![0]!;
        Assert.Equal(("m.space.child", alice.UserId.Value), ((string?)child["type"], (string?)child["sender"]));
        Assert.Equal(" ", (string?)child["content"]!["order"]);
        Assert.True((long)child["origin_server_ts"]! > 0);
    }

    [Fact]
    public async Task Pages_depth_and_suggestions_are_as_asked_for_and_stay_so_over_pages()
    {
        var alice = await server.RegisterAsync();
        var (root, inner) = (await SpaceAsync(alice, "root"), await SpaceAsync(alice, "inner"));
        var (plain, deep) = (await RoomAsync(alice), await RoomAsync(alice));
        await AddAsync(alice, root, inner, """{"order":"a","suggested":true}""");
        await AddAsync(alice, root, plain, """{"order":"b"}""");
        await AddAsync(alice, inner, deep);

        Assert.Equal([root], Ids((await HierarchyAsync(alice, root, "max_depth=0")).Ok["rooms"]!));
        Assert.Equal([root, inner, plain], Ids((await HierarchyAsync(alice, root, "max_depth=1")).Ok["rooms"]!));
        Assert.Equal([root, inner], Ids((await HierarchyAsync(alice, root, "suggested_only=true")).Ok["rooms"]!));

        var page = (await HierarchyAsync(alice, root, "limit=3")).Ok;
        Assert.Equal([root, inner, deep], Ids(page["rooms"]!));
        var next = (await HierarchyAsync(alice, root, $"limit=3&from={page["next_batch"]}")).Ok;
        Assert.Equal([plain], Ids(next["rooms"]!));
        Assert.Null(next["next_batch"]);

        (await HierarchyAsync(alice, root, $"from={page["next_batch"]}&suggested_only=true")).ShouldBe(400, "M_INVALID_PARAM");
        (await HierarchyAsync(alice, root, $"from={page["next_batch"]}&max_depth=1")).ShouldBe(400, "M_INVALID_PARAM");
        (await HierarchyAsync(alice, root, "from=elsewhere")).ShouldBe(400, "M_INVALID_PARAM");
        (await HierarchyAsync(alice, root, "limit=0")).ShouldBe(400, "M_INVALID_PARAM");
        (await HierarchyAsync(alice, root, "max_depth=-1")).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Fact]
    public async Task Rooms_that_the_user_may_not_know_of_are_left_out()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var space = await SpaceAsync(alice, "space", """{"preset":"public_chat"}""");
        var hidden = await RoomAsync(alice);
        var open = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        var invited = await alice.CreateRoomAsync($$"""{"invite":["{{bob.UserId}}"]}""");
        var restricted = await RestrictedAsync(alice, space);
        foreach (var (room, order) in new[] { (hidden, "a"), (open, "b"), (invited, "c"), (restricted, "d") })
            await AddAsync(alice, space, room, $$"""{"order":"{{order}}"}""");
        var gone = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        await AddAsync(alice, space, gone);
        _ = (await alice.SetStateAsync(space, "m.space.child", gone, "{}")).Ok;

        Assert.Equal([space, open, invited], Ids((await HierarchyAsync(bob, space)).Ok["rooms"]!));
        _ = (await bob.InRoomAsync(space, "join")).Ok;
        Assert.Equal([space, open, invited, restricted], Ids((await HierarchyAsync(bob, space)).Ok["rooms"]!));
        var summary = (await bob.GetAsync($"/_matrix/client/v1/room_summary/{Uri.EscapeDataString(restricted)}")).Ok;
        Assert.Equal(restricted, (string?)summary["room_id"]);
        Assert.Equal([space], summary["allowed_room_ids"]!.AsArray().Select(static id => (string)id!));

        (await HierarchyAsync(bob, hidden)).ShouldBe(403, "M_FORBIDDEN");
        (await HierarchyAsync(bob, "!unknown:test.local")).ShouldBe(403, "M_FORBIDDEN");
        _ = (await alice.InRoomAsync(space, "ban", $$"""{"user_id":"{{bob.UserId}}"}""")).Ok;
        (await HierarchyAsync(bob, space)).ShouldBe(403, "M_FORBIDDEN");
    }

    static Task<Answer> HierarchyAsync(TestUser user, string space, string query = "") =>
        user.GetAsync($"/_matrix/client/v1/rooms/{Uri.EscapeDataString(space)}/hierarchy?{query}");

    static Task<string> SpaceAsync(TestUser user, string name, string more = "") =>
        user.CreateRoomAsync(Merge($$"""{"name":"{{name}}","creation_content":{"type":"m.space"} }""", more));

    static Task<string> RoomAsync(TestUser user) => user.CreateRoomAsync();

    static Task<string> RestrictedAsync(TestUser user, string space) => user.CreateRoomAsync(
        $$"""
        {"initial_state":[{"type":"m.room.join_rules","content":
            {"join_rule":"restricted","allow":[{"type":"m.room_membership","room_id":"{{space}}"} ] } }]}
        """);

    static async Task AddAsync(TestUser user, string space, string child, string more = "") =>
        _ = (await user.SetStateAsync(space, "m.space.child", child, Merge("""{"via":["test.local"]}""", more))).Ok;

    /// <summary>One object with the members of two.</summary>
    static string Merge(string json, string more) => more.Length == 0 ? json : $"{json[..^1]},{more[1..]}";

    static IEnumerable<string?> Ids(JsonNode rooms) => rooms.AsArray().Select(static room => (string?)room!["room_id"]);
}
