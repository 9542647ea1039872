using System.Text.Json.Nodes;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Tests.Shared;

namespace Hybrid.Federation.Tests.Remote;

/// <summary>Published rooms, spaces and summaries of rooms that only another server is in.</summary>
public sealed class RemoteRoomsTests(ServerPair servers) : IClassFixture<ServerPair>
{
    const string PublicRooms = "/_matrix/federation/v1/publicRooms";

    [Fact]
    public async Task The_directory_of_another_server_is_listed_searched_and_paged()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var fruit = ServerPair.NewName("fruit");
        var (apples, pears) = (await PublishedAsync(bob, $"Apples {fruit}"), await PublishedAsync(bob, $"Pears {fruit}"));
        var at = $"publicRooms?server={Uri.EscapeDataString(servers.B.Name.Value)}";

        Assert.Superset(new HashSet<string?> { apples, pears }, Ids((await alice.CallAsync(HttpMethod.Get, at))["chunk"]).ToHashSet());
        Assert.Equal([pears], Ids((await SearchAsync($$"""{"filter":{"generic_search_term":"pears {{fruit}}"} }"""))["chunk"]));
        Assert.Empty(Ids((await SearchAsync($$"""{"filter":{"generic_search_term":"{{fruit}}","room_types":["m.space"]} }"""))["chunk"]));

        var first = await SearchAsync($$"""{"filter":{"generic_search_term":"{{fruit}}"},"limit":1}""");
        var second = await SearchAsync($$"""{"filter":{"generic_search_term":"{{fruit}}"},"limit":1,"since":"{{first["next_batch"]}}"}""");
        Assert.Equal(new[] { apples, pears }.Order(), Ids(first["chunk"]).Concat(Ids(second["chunk"])).Order());
        Assert.Equal(2, (int)first["total_room_count_estimate"]!);
        Assert.Null(second["next_batch"]);

        // Anyone may look at a server's own directory, but only users make it ask others.
        using var anonymous = await servers.A.Http.GetAsync($"/_matrix/client/v3/{at}");
        Assert.Equal(401, (int)anonymous.StatusCode);
        Assert.Equal(400, (await alice.SendAsync(HttpMethod.Get, "publicRooms?server=not%20a%20name")).Status);
        Assert.Equal(502, (await alice.SendAsync(HttpMethod.Get, "publicRooms?server=127.0.0.1:1")).Status);

        Task<JsonObject> SearchAsync(string body) => alice.CallAsync(HttpMethod.Post, at, (JsonObject)JsonNode.Parse(body)!);
    }

    [Fact]
    public async Task The_directory_is_shown_to_servers_that_ask_well()
    {
        await PublishedAsync(await servers.BobAsync(), "Shown");

        Assert.Equal(200, (await servers.GetAsync($"{PublicRooms}?limit=0")).Status);
        Assert.Single((await servers.GetAsync($"{PublicRooms}?limit=1")).Answer!["chunk"]!.AsArray());
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync($"{PublicRooms}?since=elsewhere")).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync($"{PublicRooms}?limit=-5")).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync($"{PublicRooms}?include_all_networks=true&third_party_instance_id=x")).ErrorCode);
        Assert.Empty((await servers.GetAsync($"{PublicRooms}?third_party_instance_id=irc")).Answer!["chunk"]!.AsArray());
        Assert.Equal("M_BAD_JSON", (await servers.AskAsync(FederationRequest.Post(PublicRooms, """{"filter":7}"""u8.ToArray()))).ErrorCode);
    }

    [Fact]
    public async Task A_server_shows_its_directory_to_no_other_unless_told_to()
    {
        await using var closed = await FederatedServers.StartAsync(2);
        var alice = await closed[0].RegisterAsync("alice");

        var (status, body) = await alice.SendAsync(HttpMethod.Get, $"publicRooms?server={Uri.EscapeDataString(closed[1].Name.Value)}");

        Assert.Equal((403, "M_FORBIDDEN"), (status, (string?)body["errcode"]));
    }

    [Fact]
    public async Task A_space_goes_on_in_rooms_that_only_another_server_is_in()
    {
        var (alice, bob) = (await servers.AliceAsync(), await servers.BobAsync());
        var inner = await SpaceAsync(bob, "public_chat");
        var (open, closed, deep) = (await PublicAsync(bob), await ServerPair.CreateRoomAsync(bob), await PublicAsync(bob));
        var root = await SpaceAsync(alice, "private_chat");
        var own = await ServerPair.CreateRoomAsync(alice);
        await AddAsync(alice, root, own, servers.A, "a");
        await AddAsync(alice, root, inner, servers.B, "b");
        await AddAsync(bob, inner, open, servers.B, "a");
        await AddAsync(bob, inner, closed, servers.B, "b");
        var innermost = await SpaceAsync(bob, "public_chat");
        await AddAsync(bob, inner, innermost, servers.B, "c");
        await AddAsync(bob, innermost, deep, servers.B, "a");

        var rooms = (await HierarchyAsync(alice, root))["rooms"]!;
        Assert.Equal([root, own, inner, open, innermost, deep], Ids(rooms));
        Assert.Equal(3, rooms[2]!["children_state"]!.AsArray().Count);
        Assert.Equal("public", (string?)rooms[2]!["join_rule"]);
        Assert.Equal([root, own, inner], Ids((await HierarchyAsync(alice, root, "max_depth=1"))["rooms"]));

        // What a server tells another is not for everyone: who may know of a restricted room is decided by this server too.
        var restricted = await ServerPair.CreateRoomAsync(bob, Restricted(inner));
        var summary = $"/_matrix/client/v1/room_summary/{Uri.EscapeDataString(open)}?via={Uri.EscapeDataString(servers.B.Name.Value)}";
        Assert.Equal(open, (string?)(await alice.CallAsync(HttpMethod.Get, summary))["room_id"]);
        Assert.Equal(404, (await alice.SendAsync(HttpMethod.Get, summary.Replace(Uri.EscapeDataString(open), Uri.EscapeDataString(closed), StringComparison.Ordinal))).Status);
        Assert.Equal(404, (await alice.SendAsync(HttpMethod.Get, summary.Replace(Uri.EscapeDataString(open), Uri.EscapeDataString(restricted), StringComparison.Ordinal))).Status);
        using var anonymous = await servers.A.Http.GetAsync(summary);
        Assert.Equal(404, (int)anonymous.StatusCode);
    }

    [Fact]
    public async Task A_hierarchy_shows_other_servers_what_they_may_know_of()
    {
        var bob = await servers.BobAsync();
        var space = await SpaceAsync(bob, "public_chat");
        var (open, closed) = (await PublicAsync(bob), await ServerPair.CreateRoomAsync(bob));
        await AddAsync(bob, space, open, servers.B, "a");
        await AddAsync(bob, space, closed, servers.B, "b");
        await AddAsync(bob, space, "!elsewhere:example.org", servers.B, "c");

        var answer = (await servers.GetAsync(Hierarchy(space))).Answer!;
        Assert.Equal((space, "m.space"), ((string?)answer["room"]!["room_id"], (string?)answer["room"]!["room_type"]));
        Assert.Equal([open, closed, "!elsewhere:example.org"], answer["room"]!["children_state"]!.AsArray().Select(static child => (string)child!["state_key"]!));
        Assert.Equal([open], Ids(answer["children"]));
        Assert.Equal([closed], answer["inaccessible_children"]!.AsArray().Select(static id => (string)id!));

        Assert.Empty((await servers.GetAsync($"{Hierarchy(space)}?suggested_only=true")).Answer!["children"]!.AsArray());
        Assert.Equal("M_NOT_FOUND", (await servers.GetAsync(Hierarchy(closed))).ErrorCode);
        Assert.Equal("M_NOT_FOUND", (await servers.GetAsync(Hierarchy("!none:example.org"))).ErrorCode);
        Assert.Equal("M_INVALID_PARAM", (await servers.GetAsync(Hierarchy("nonsense"))).ErrorCode);
        Assert.Equal("M_NOT_FOUND", (await servers.GetAsync(Hierarchy(await ServerPair.CreateRoomAsync(bob, Restricted(space))))).ErrorCode);
    }

    static string Hierarchy(string room) => FederationPath.Of("federation/v1/hierarchy", room);

    static Task<JsonObject> HierarchyAsync(FederatedUser user, string room, string query = "") =>
        user.CallAsync(HttpMethod.Get, $"/_matrix/client/v1/rooms/{Uri.EscapeDataString(room)}/hierarchy?{query}");

    static Task<string> PublishedAsync(FederatedUser user, string name) =>
        ServerPair.CreateRoomAsync(user, $$"""{"preset":"public_chat","visibility":"public","name":"{{name}}"}""");

    static Task<string> PublicAsync(FederatedUser user) => ServerPair.CreateRoomAsync(user, """{"preset":"public_chat"}""");

    static Task<string> SpaceAsync(FederatedUser user, string preset) =>
        ServerPair.CreateRoomAsync(user, $$"""{"preset":"{{preset}}","creation_content":{"type":"m.space"} }""");

    static string Restricted(string space) =>
        $$"""
        {"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"restricted","allow":[{"type":"m.room_membership","room_id":"{{space}}"} ] } }]}
        """;

    static Task AddAsync(FederatedUser user, string space, string child, FederatedServer via, string order) =>
        ServerPair.SetStateAsync(user, space, "m.space.child", child, $$"""{"via":["{{via.Name}}"],"order":"{{order}}"}""");

    static IEnumerable<string?> Ids(JsonNode? rooms) => rooms!.AsArray().Select(static room => (string?)room!["room_id"]);
}
