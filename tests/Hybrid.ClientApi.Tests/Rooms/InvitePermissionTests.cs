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
}
