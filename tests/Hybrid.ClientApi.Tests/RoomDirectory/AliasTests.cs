using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.RoomDirectory;

public sealed class AliasTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task An_alias_is_set_found_listed_and_removed()
    {
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var path = Alias("#monkeys:test.local");
        (await alice.GetAsync(path)).ShouldBe(404, "M_NOT_FOUND");
        (await eve.PutAsync(path, Target(room))).ShouldBe(403, "M_FORBIDDEN");
        _ = (await alice.PutAsync(path, Target(room))).Ok;

        (await alice.PutAsync(path, Target(room))).ShouldBe(409, "M_UNKNOWN");
        var found = (await eve.GetAsync(path)).Ok;
        Assert.Equal(room, (string?)found["room_id"]);
        Assert.Equal("test.local", (string?)found["servers"]![0]);
        var listed = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/aliases")).Ok["aliases"]!.AsArray();
        Assert.Equal(["#monkeys:test.local"], listed.Select(static entry => (string?)entry));
        (await eve.DeleteAsync(path)).ShouldBe(403, "M_FORBIDDEN");
        _ = (await alice.DeleteAsync(path)).Ok;
        (await alice.DeleteAsync(path)).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task Aliases_that_cannot_be_are_refused()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        (await alice.PutAsync(Alias("#a:elsewhere.test"), Target(room))).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PutAsync(Alias("nonsense"), Target(room))).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PutAsync(Alias("#b:test.local"))).ShouldBe(400, "M_BAD_JSON");
        (await alice.GetAsync(Alias("#unknown:test.local"))).ShouldBe(404, "M_NOT_FOUND");
        (await alice.GetAsync(Alias("#unknown:127.0.0.1:1"))).ShouldBe(502, "M_UNKNOWN");
    }

    [Fact]
    public async Task Removing_an_alias_takes_it_out_of_the_canonical_alias_event()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        _ = (await alice.PutAsync(Alias("#main:test.local"), Target(room))).Ok;
        _ = (await alice.PutAsync(Alias("#other:test.local"), Target(room))).Ok;
        _ = (await alice.SetStateAsync(room, "m.room.canonical_alias", "", """{"alias":"#main:test.local","alt_aliases":["#other:test.local"]}""")).Ok;

        _ = (await alice.DeleteAsync(Alias("#main:test.local"))).Ok;
        Assert.Equal("""{"alt_aliases":["#other:test.local"]}""", (await alice.GetStateAsync(room, "m.room.canonical_alias")).Ok.ToJsonString());
        _ = (await alice.DeleteAsync(Alias("#other:test.local"))).Ok;
        Assert.Equal("""{"alt_aliases":[]}""", (await alice.GetStateAsync(room, "m.room.canonical_alias")).Ok.ToJsonString());
    }

    [Fact]
    public async Task Removing_another_alias_leaves_the_canonical_alias_event_alone()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"room_alias_name":"kept"}""");
        _ = (await alice.PutAsync(Alias("#gone:test.local"), Target(room))).Ok;

        _ = (await alice.DeleteAsync(Alias("#gone:test.local"))).Ok;
        (await alice.GetAsync(Alias("#gone:test.local"))).ShouldBe(404, "M_NOT_FOUND");
        Assert.Equal("""{"alias":"#kept:test.local"}""", (await alice.GetStateAsync(room, "m.room.canonical_alias")).Ok.ToJsonString());
    }

    static string Alias(string alias) => $"directory/room/{Uri.EscapeDataString(alias)}";

    static string Target(string room) => $$"""{"room_id":"{{room}}"}""";
}
