using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Policies;

public sealed class PolicyListTests(TestServer server) : IClassFixture<TestServer>
{
    const string Reasons = "/_matrix/client/unstable/org.hybrid.policy_lists/reasons";

    [Theory]
    [InlineData("m.policy.rule.user", "@spammer-*:test.local", "m.ban")]
    [InlineData("m.policy.rule.user", "@spammer-?xact*", "m.ban")]
    [InlineData("org.matrix.mjolnir.rule.user", "@spammer-*", "org.matrix.mjolnir.ban")]
    public async Task Who_follows_a_list_does_not_see_whom_it_bans(string type, string entity, string recommendation)
    {
        var alice = await server.RegisterAsync();
        var moderator = await server.RegisterAsync();
        var spammer = await server.RegisterAsync($"spammer-exact{Guid.NewGuid():N}");
        var list = await ListAsync(moderator, alice);
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await spammer.InRoomAsync(room, "join")).Ok;
        var root = await alice.SayAsync(room, "root");
        await spammer.SayAsync(room, "spam");
        var reply = $$$"""{"body":"spam too","msgtype":"m.text","m.relates_to":{"rel_type":"m.thread","event_id":"{{{root}}}"} }""";
        _ = (await spammer.SendEventAsync(room, "m.room.message", reply)).Ok;
        Assert.Contains("spam", await BodiesAsync(alice, room));

        _ = (await moderator.SetStateAsync(list, type, "rule", $$"""{"entity":"{{entity}}","recommendation":"{{recommendation}}","reason":"spam"}""")).Ok;

        Assert.Equal(["root"], await BodiesAsync(alice, room));
        var shown = (await alice.GetAsync("sync")).Ok["rooms"]!["join"]![room]!["timeline"]!["events"]!.AsArray();
        Assert.DoesNotContain(shown, stored => (string?)stored!["sender"] == spammer.UserId.Value && (string?)stored["type"] == "m.room.message");
        Assert.Contains(shown, stored => (string?)stored!["sender"] == spammer.UserId.Value && (string?)stored["type"] == "m.room.member");
        Assert.Null((await alice.GetAsync($"rooms/{room}/event/{root}")).Ok["unsigned"]!["m.relations"]);
        Assert.Empty((await alice.GetAsync($"/_matrix/client/v1/rooms/{room}/threads")).Ok["chunk"]!.AsArray());
        var reason = Assert.Single((await alice.GetAsync($"{Reasons}?user_id={spammer.UserId}")).Ok["reasons"]!.AsArray())!;
        Assert.Equal((type, list, "rule", entity, "spam"),
            ((string?)reason["type"], (string?)reason["room_id"], (string?)reason["state_key"], (string?)reason["entity"], (string?)reason["reason"]));
        Assert.Contains("spam", await BodiesAsync(moderator, await JoinedAsync(moderator, room)));

        _ = (await moderator.SetStateAsync(list, type, "rule", "{}")).Ok;
        Assert.Contains("spam", await BodiesAsync(alice, room));
        Assert.Empty((await alice.GetAsync($"{Reasons}?user_id={spammer.UserId}")).Ok["reasons"]!.AsArray());
    }

    [Fact]
    public async Task Invitations_of_banned_users_and_to_banned_rooms_are_hidden()
    {
        var alice = await server.RegisterAsync();
        var moderator = await server.RegisterAsync();
        var pest = await server.RegisterAsync();
        var friend = await server.RegisterAsync();
        var list = await ListAsync(moderator, alice);
        var invite = $$"""{"invite":["{{alice.UserId}}"]}""";
        await pest.CreateRoomAsync(invite);
        var banned = await friend.CreateRoomAsync(invite);
        var welcome = await friend.CreateRoomAsync(invite);
        _ = (await moderator.SetStateAsync(list, "m.policy.rule.user", "u", $$"""{"entity":"{{pest.UserId}}","recommendation":"m.ban"}""")).Ok;
        _ = (await moderator.SetStateAsync(list, "m.policy.rule.room", "r", $$"""{"entity":"{{banned}}","recommendation":"m.ban"}""")).Ok;
        _ = (await moderator.SetStateAsync(list, "m.policy.rule.user", "x", $$"""{"entity":"{{friend.UserId}}","recommendation":"org.example.praise"}""")).Ok;

        Assert.Equal([welcome], (await alice.GetAsync("sync")).Ok["rooms"]!["invite"]!.AsObject().Select(static entry => entry.Key));
        Assert.Equal("m.policy.rule.room", (string?)Assert.Single((await alice.GetAsync($"{Reasons}?room_id={banned}")).Ok["reasons"]!.AsArray())!["type"]);
    }

    [Fact]
    public async Task A_server_is_banned_with_its_users_but_nobody_is_hidden_from_themselves()
    {
        var alice = await server.RegisterAsync();
        var moderator = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var list = await ListAsync(moderator, alice);
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        await alice.SayAsync(room, "mine");
        await bob.SayAsync(room, "theirs");

        _ = (await moderator.SetStateAsync(list, "m.policy.rule.server", "s", """{"entity":"test.*","recommendation":"m.ban"}""")).Ok;

        Assert.Equal(["mine"], await BodiesAsync(alice, room));
        Assert.Equal("m.policy.rule.server", (string?)(await alice.GetAsync($"{Reasons}?user_id={bob.UserId}")).Ok["reasons"]![0]!["type"]);
        Assert.Empty((await alice.GetAsync($"{Reasons}?user_id={alice.UserId}")).Ok["reasons"]!.AsArray());
    }

    [Fact]
    public async Task A_list_that_one_may_not_read_has_no_effect_and_nonsense_is_refused()
    {
        var alice = await server.RegisterAsync();
        var moderator = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var secret = await moderator.CreateRoomAsync();
        _ = (await moderator.SetStateAsync(secret, "m.policy.rule.user", "u", $$"""{"entity":"{{bob.UserId}}","recommendation":"m.ban"}""")).Ok;
        await FollowAsync(alice, secret, "!unknown:test.local");

        Assert.Empty((await alice.GetAsync($"{Reasons}?user_id={bob.UserId}")).Ok["reasons"]!.AsArray());
        _ = (await alice.PutAsync($"user/{alice.UserId}/account_data/m.ignored_user_list", $$$"""{"ignored_users":{"{{{bob.UserId}}}":{} } }""")).Ok;
        Assert.Equal("m.ignored_user_list", (string?)Assert.Single((await alice.GetAsync($"{Reasons}?user_id={bob.UserId}")).Ok["reasons"]!.AsArray())!["type"]);
        (await alice.GetAsync(Reasons)).ShouldBe(400, "M_MISSING_PARAM");
        (await alice.GetAsync($"{Reasons}?user_id=nobody")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.GetAsync($"{Reasons}?room_id=nowhere")).ShouldBe(400, "M_INVALID_PARAM");
        using var anonymous = await server.Http.GetAsync(new Uri($"{Reasons}?user_id=@a:b", UriKind.Relative));
        Assert.Equal(401, (int)anonymous.StatusCode);
    }

    static async Task<string> ListAsync(TestUser moderator, TestUser follower)
    {
        var list = await moderator.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await follower.InRoomAsync(list, "join")).Ok;
        await FollowAsync(follower, list);
        return list;
    }

    static async Task FollowAsync(TestUser user, params string[] lists)
    {
        var content = new JsonObject { ["rooms"] = new JsonArray([.. lists.Select(static list => JsonValue.Create(list))]) };
        _ = (await user.PutAsync($"user/{user.UserId}/account_data/org.hybrid.policy_lists", content.ToJsonString())).Ok;
    }

    static async Task<string> JoinedAsync(TestUser user, string room)
    {
        _ = (await user.InRoomAsync(room, "join")).Ok;
        return room;
    }

    static async Task<IEnumerable<string>> BodiesAsync(TestUser user, string room) =>
        (await user.GetAsync($"rooms/{Uri.EscapeDataString(room)}/messages?dir=f&limit=100")).Ok["chunk"]!.AsArray()
            .Select(static stored => (string?)stored!["content"]!["body"]).OfType<string>();
}
