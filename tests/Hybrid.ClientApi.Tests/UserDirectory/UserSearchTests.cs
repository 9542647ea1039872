using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.UserDirectory;

public sealed class UserSearchTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Users_are_found_by_the_beginnings_of_names_whatever_case_and_accents()
    {
        var alice = await server.RegisterAsync();
        var zoe = await server.RegisterAsync("zm_1984");
        await NameAsync(zoe, "Zoë Müller");
        var room = await alice.CreateRoomAsync($$"""{"invite":["{{zoe.UserId}}"]}""");
        _ = (await zoe.InRoomAsync(room, "join")).Ok;

        foreach (var term in new[] { "zoe", "ZOË MUL", "muller", "zm", "1984", $"@zm_1984:test.local" })
            Assert.Equal([zoe.UserId.Value], await SearchAsync(alice, term));
        foreach (var term in new[] { "oe", "zoe smith", "", "---", "\"" })
            Assert.Empty(await SearchAsync(alice, term));

        await NameAsync(zoe, "Renamed");
        Assert.Empty(await SearchAsync(alice, "muller"));
        var found = (await alice.PostAsync("user_directory/search", """{"search_term":"renamed"}""")).Ok;
        Assert.Equal("Renamed", (string?)found["results"]![0]!["display_name"]);
        Assert.False((bool?)found["limited"]);
    }

    [Fact]
    public async Task Only_users_who_could_be_met_are_found()
    {
        var alice = await server.RegisterAsync();
        var hermit = await server.RegisterAsync("hermit");
        var cave = await hermit.CreateRoomAsync();
        Assert.Empty(await SearchAsync(alice, "hermit"));

        _ = (await hermit.SetStateAsync(cave, "m.room.join_rules", "", """{"join_rule":"public"}""")).Ok;
        Assert.Equal([hermit.UserId.Value], await SearchAsync(alice, "hermit"));
        _ = (await hermit.SetStateAsync(cave, "m.room.join_rules", "", """{"join_rule":"invite"}""")).Ok;
        Assert.Empty(await SearchAsync(alice, "hermit"));
        _ = (await hermit.SetStateAsync(cave, "m.room.history_visibility", "", """{"history_visibility":"world_readable"}""")).Ok;
        Assert.Equal([hermit.UserId.Value], await SearchAsync(alice, "hermit"));
        _ = (await hermit.InRoomAsync(cave, "leave")).Ok;
        Assert.Empty(await SearchAsync(alice, "hermit"));
        Assert.Empty(await SearchAsync(hermit, "hermit"));
    }

    [Fact]
    public async Task More_users_than_asked_for_are_told_of()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        for (var i = 0; i < 3; i++)
            _ = (await (await server.RegisterAsync($"crowd{i}")).InRoomAsync(room, "join")).Ok;

        var found = (await alice.PostAsync("user_directory/search", """{"search_term":"crowd","limit":2}""")).Ok;
        Assert.Equal(2, found["results"]!.AsArray().Count);
        Assert.True((bool?)found["limited"]);
        (await alice.PostAsync("user_directory/search")).ShouldBe(400, "M_BAD_JSON");
        (await alice.PostAsync("user_directory/search", """{"search_term":"x","limit":-1}""")).ShouldBe(400, "M_INVALID_PARAM");
    }

    static async Task NameAsync(TestUser user, string name) =>
        _ = (await user.PutAsync($"profile/{Uri.EscapeDataString(user.UserId.Value)}/displayname", $$"""{"displayname":"{{name}}"}""")).Ok;

    static async Task<List<string>> SearchAsync(TestUser user, string term)
    {
        var body = new System.Text.Json.Nodes.JsonObject { ["search_term"] = term }.ToJsonString();
        var answer = (await user.PostAsync("user_directory/search", body)).Ok;
        return [.. answer["results"]!.AsArray().Select(static found => (string)found!["user_id"]!)];
    }
}
