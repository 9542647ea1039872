using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Rooms;

public sealed class InvitePermissionTests(TestServer server) : IClassFixture<TestServer>
{
    [Theory]
    [InlineData("m.invite_permission_config")]
    [InlineData("org.matrix.msc4380.invite_permission_config")]
    public async Task Who_blocks_invitations_gets_none_until_they_do_not(string type)
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var early = await alice.CreateRoomAsync($$"""{"invite":["{{bob.UserId}}"]}""");
        var room = await alice.CreateRoomAsync();
        var rooms = (await alice.GetAsync("joined_rooms")).Ok["joined_rooms"]!.AsArray().Count;
        var target = $$"""{"user_id":"{{bob.UserId}}"}""";

        _ = (await bob.PutAsync($"user/{bob.UserId}/account_data/{type}", """{"default_action":"block"}""")).Ok;

        (await alice.InRoomAsync(room, "invite", target)).ShouldBe(403, "M_INVITE_BLOCKED");
        (await alice.SetStateAsync(room, "m.room.member", bob.UserId.Value, """{"membership":"invite"}""")).ShouldBe(403, "M_INVITE_BLOCKED");
        (await alice.PostAsync("createRoom", $$"""{"invite":["{{bob.UserId}}"]}""")).ShouldBe(403, "M_INVITE_BLOCKED");
        Assert.Equal(rooms, (await alice.GetAsync("joined_rooms")).Ok["joined_rooms"]!.AsArray().Count);
        Assert.Null((await bob.GetAsync("sync")).Ok["rooms"]?["invite"]);
        Assert.Equal("invite", (string?)(await alice.GetStateAsync(early, "m.room.member", bob.UserId.Value)).Ok["membership"]);

        _ = (await bob.PutAsync($"user/{bob.UserId}/account_data/{type}")).Ok;
        _ = (await alice.InRoomAsync(room, "invite", target)).Ok;
        var invited = (await bob.GetAsync("sync")).Ok["rooms"]!["invite"]!.AsObject().Select(static entry => entry.Key);
        Assert.Equal(new[] { early, room }.Order(), invited.Order());
    }

    [Theory]
    [InlineData("""{"blocked_servers":["test.*"]}""", 403)]
    [InlineData("""{"blocked_servers":["test.*"],"enabled":false}""", 200)]
    [InlineData("""{"allowed_users":["$ALICE"],"blocked_servers":["*"]}""", 200)]
    [InlineData("""{"blocked_users":["$ALICE"],"allowed_servers":["*"]}""", 403)]
    [InlineData("""{"blocked_users":[5,"","other"]}""", 200)]
    public async Task Lists_say_whose_invitations_are_taken(string lists, int status)
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var room = await alice.CreateRoomAsync();
        _ = (await bob.PutAsync($"user/{bob.UserId}/account_data/org.matrix.msc4155.invite_permission_config", lists.Replace("$ALICE", alice.UserId.Value, StringComparison.Ordinal))).Ok;

        var answer = await alice.InRoomAsync(room, "invite", $$"""{"user_id":"{{bob.UserId}}"}""");

        Assert.Equal((status, status == 200 ? null : "M_INVITE_BLOCKED"), ((int)answer.Status, answer.ErrorCode));
        Assert.Equal(status == 200 ? 1 : 0, (await bob.GetAsync("sync")).Ok["rooms"]?["invite"]?.AsObject().Count ?? 0);
        Assert.Equal(status == 200 ? 200 : 403, (int)(await alice.PostAsync("createRoom", $$"""{"invite":["{{bob.UserId}}"]}""")).Status);
    }

    [Fact]
    public async Task What_is_ignored_is_made_and_not_shown_until_it_is_allowed()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        var data = $"user/{bob.UserId}/account_data/org.matrix.msc4155.invite_permission_config";
        _ = (await bob.PutAsync(data, """{"ignored_servers":["*"]}""")).Ok;

        var room = await alice.CreateRoomAsync($$"""{"invite":["{{bob.UserId}}"]}""");

        Assert.Null((await bob.GetAsync("sync")).Ok["rooms"]?["invite"]);
        const string Slide = """{"lists":{"all":{"ranges":[[0,9]],"timeline_limit":1,"required_state":[]}}}""";
        Assert.Empty((await bob.PostAsync("/_matrix/client/v4/sync", Slide)).Ok["rooms"]!.AsObject());
        _ = (await bob.PutAsync(data, """{"enabled":false,"ignored_servers":["*"]}""")).Ok;
        Assert.Equal(room, Assert.Single((await bob.GetAsync("sync")).Ok["rooms"]!["invite"]!.AsObject()).Key);
    }

    [Fact]
    public async Task Who_takes_no_invitations_at_all_has_no_exceptions()
    {
        var (alice, bob) = (await server.RegisterAsync(), await server.RegisterAsync());
        _ = (await bob.PutAsync($"user/{bob.UserId}/account_data/org.matrix.msc4155.invite_permission_config", """{"allowed_servers":["*"]}""")).Ok;
        _ = (await bob.PutAsync($"user/{bob.UserId}/account_data/m.invite_permission_config", """{"default_action":"block"}""")).Ok;

        (await alice.PostAsync("createRoom", $$"""{"invite":["{{bob.UserId}}"]}""")).ShouldBe(403, "M_INVITE_BLOCKED");
    }
}
