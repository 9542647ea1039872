using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.RoomDirectory;

public sealed class PublicRoomsTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Published_rooms_are_searched_and_paged_with_the_fullest_first()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var small = await alice.CreateRoomAsync("""{"visibility":"public","name":"Zebras","topic":"stripes"}""");
        var large = await alice.CreateRoomAsync("""{"visibility":"public","name":"zebra crossings","creation_content":{"type":"m.space"}}""");
        await alice.CreateRoomAsync("""{"name":"zebra secrets"}""");
        _ = (await bob.InRoomAsync(large, "join")).Ok;
        _ = (await bob.InRoomAsync(small, "join")).Ok;
        _ = (await bob.InRoomAsync(small, "leave")).Ok;

        var first = (await bob.PostAsync("publicRooms", """{"limit":1,"filter":{"generic_search_term":"ZEBRA"}}""")).Ok;
        Assert.Equal(large, (string?)first["chunk"]![0]!["room_id"]);
        Assert.Equal(2, (int?)first["chunk"]![0]!["num_joined_members"]);
        Assert.Equal("m.space", (string?)first["chunk"]![0]!["room_type"]);
        Assert.Equal(2, (int?)first["total_room_count_estimate"]);
        var second = (await bob.PostAsync("publicRooms", $$$"""{"limit":1,"since":"{{{first["next_batch"]}}}","filter":{"generic_search_term":"ZEBRA"}}""")).Ok;
        Assert.Equal(small, (string?)second["chunk"]![0]!["room_id"]);
        Assert.Equal("stripes", (string?)second["chunk"]![0]!["topic"]);
        Assert.Equal("public", (string?)second["chunk"]![0]!["join_rule"]);
        Assert.Null(second["next_batch"]);
        Assert.NotNull(second["prev_batch"]);
        var spaces = (await bob.PostAsync("publicRooms", """{"filter":{"generic_search_term":"zebra","room_types":["m.space"]}}""")).Ok;
        Assert.Equal([large], spaces["chunk"]!.AsArray().Select(static room => (string?)room!["room_id"]));
        var plain = (await bob.PostAsync("publicRooms", """{"filter":{"generic_search_term":"zebra","room_types":[null]}}""")).Ok;
        Assert.Equal([small], plain["chunk"]!.AsArray().Select(static room => (string?)room!["room_id"]));
        Assert.NotEmpty((await bob.GetAsync("publicRooms?limit=1")).Ok["chunk"]!.AsArray());
        (await bob.GetAsync("publicRooms?since=nonsense")).ShouldBe(400, "M_INVALID_PARAM");
        (await bob.GetAsync("publicRooms?limit=-1")).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Theory]
    [InlineData("ete a")]
    [InlineData("Étè À")]
    [InlineData("PLAGE")]
    [InlineData("sommerfrische")]
    public async Task Names_topics_and_aliases_are_searched_without_accents(string term)
    {
        var alice = await server.RegisterAsync();
        var alias = $"sommerfrische{alice.UserId.Localpart}";
        var room = await alice.CreateRoomAsync($$"""{"visibility":"public","name":"Été à la mer","topic":"La plâge","room_alias_name":"main{{alias}}"}""");
        _ = (await alice.PutAsync($"directory/room/{Uri.EscapeDataString($"#{alias}:test.local")}", $$"""{"room_id":"{{room}}"}""")).Ok;
        _ = (await alice.SetStateAsync(
            room, "m.room.canonical_alias", "", $$"""{"alias":"#main{{alias}}:test.local","alt_aliases":["#{{alias}}:test.local"]}""")).Ok;

        var found = (await alice.PostAsync("publicRooms", $$$"""{"filter":{"generic_search_term":"{{{term}}}"}}""")).Ok;

        Assert.Contains(room, found["chunk"]!.AsArray().Select(static entry => (string?)entry!["room_id"]));
        var other = (await alice.PostAsync("publicRooms", """{"filter":{"generic_search_term":"hiver"}}""")).Ok;
        Assert.Empty(other["chunk"]!.AsArray());
    }

    [Fact]
    public async Task Listing_takes_power_in_the_room()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var path = $"directory/list/room/{Uri.EscapeDataString(room)}";

        Assert.Equal("private", (string?)(await bob.GetAsync(path)).Ok["visibility"]);
        (await bob.PutAsync(path, """{"visibility":"public"}""")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.PutAsync(path, """{"visibility":"hidden"}""")).ShouldBe(400, "M_INVALID_PARAM");
        _ = (await alice.PutAsync(path)).Ok;
        Assert.Equal("public", (string?)(await bob.GetAsync(path)).Ok["visibility"]);
        _ = (await alice.PutAsync(path, """{"visibility":"private"}""")).Ok;
        Assert.Equal("private", (string?)(await bob.GetAsync(path)).Ok["visibility"]);
        (await alice.GetAsync("directory/list/room/!unknown:test.local")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PutAsync("directory/list/room/!unknown:test.local")).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task A_summary_shows_rooms_that_one_could_join_and_hides_the_others()
    {
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var open = await alice.CreateRoomAsync("""{"preset":"public_chat","name":"Open","room_alias_name":"open"}""");
        var closed = await alice.CreateRoomAsync("""{"name":"Closed"}""");

        var summary = (await eve.GetAsync($"/_matrix/client/v1/room_summary/{Uri.EscapeDataString("#open:test.local")}")).Ok;
        Assert.Equal(open, (string?)summary["room_id"]);
        Assert.Equal("Open", (string?)summary["name"]);
        Assert.Equal("join", (string?)(await alice.GetAsync($"/_matrix/client/v1/room_summary/{Uri.EscapeDataString(closed)}")).Ok["membership"]);
        (await eve.GetAsync($"/_matrix/client/v1/room_summary/{Uri.EscapeDataString(closed)}")).ShouldBe(404, "M_NOT_FOUND");
    }
    [Theory]
    [InlineData("/_matrix/client/v1/room_summary/{0}")]
    [InlineData("/_matrix/client/unstable/im.nheko.summary/summary/{0}")]
    [InlineData("/_matrix/client/unstable/im.nheko.summary/rooms/{0}/summary")]
    public async Task A_summary_has_all_that_helps_to_decide_on_each_of_its_paths(string path)
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var space = await alice.CreateRoomAsync("""{"preset":"public_chat","creation_content":{"type":"m.space"}}""");
        var rules = $$$"""{"join_rule":"knock_restricted","allow":[{"type":"m.room_membership","room_id":"{{{space}}}"},{"type":"other"}] }""";
        var room = await alice.CreateRoomAsync(
            $$$"""
            {"name":"Half open","topic":"About it","initial_state":[
                {"type":"m.room.join_rules","content":{{{rules}}} },{"type":"m.room.encryption","content":{"algorithm":"m.megolm.v1.aes-sha2"} } ] }
            """);
        string Path(string of) => string.Format(System.Globalization.CultureInfo.InvariantCulture, path, Uri.EscapeDataString(of));

        var summary = (await bob.GetAsync(Path(room))).Ok;
        _ = (await bob.PostAsync($"knock/{Uri.EscapeDataString(room)}")).Ok;

        Assert.Equal("Half open", (string?)summary["name"]);
        Assert.Equal("About it", (string?)summary["topic"]);
        Assert.Equal("knock_restricted", (string?)summary["join_rule"]);
        Assert.Equal("m.megolm.v1.aes-sha2", (string?)summary["encryption"]);
        Assert.Equal("12", (string?)summary["room_version"]);
        Assert.Equal(1, (int?)summary["num_joined_members"]);
        Assert.False((bool?)summary["world_readable"]);
        Assert.Equal([space], summary["allowed_room_ids"]!.AsArray().Select(static id => (string?)id));
        Assert.Null(summary["membership"]);
        Assert.Equal("knock", (string?)(await bob.GetAsync(Path(room))).Ok["membership"]);
        Assert.Equal("m.space", (string?)(await bob.GetAsync(Path(space))).Ok["room_type"]);
        Assert.Null((await bob.GetAsync(Path(space))).Ok["allowed_room_ids"]);
        (await bob.GetAsync(Path("!unknown:test.local"))).ShouldBe(404, "M_NOT_FOUND");
        (await bob.GetAsync(Path("#unknown:test.local"))).ShouldBe(404, "M_NOT_FOUND");
        (await bob.GetAsync(Path("nonsense"))).ShouldBe(400, "M_INVALID_PARAM");
    }

}
