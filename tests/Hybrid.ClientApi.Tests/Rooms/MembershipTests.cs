using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Rooms;

public sealed class MembershipTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_private_room_takes_an_invitation()
    {
        var (alice, bob, room) = await RoomAsync("""{"preset":"private_chat"}""");

        (await bob.InRoomAsync(room, "join")).ShouldBe(403, "M_FORBIDDEN");
        _ = (await alice.InRoomAsync(room, "invite", Target(bob))).Ok;
        Assert.Equal(room, (string?)(await bob.InRoomAsync(room, "join")).Ok["room_id"]);
        (await alice.InRoomAsync(room, "invite", Target(bob))).ShouldBe(403, "M_FORBIDDEN");
    }

    [Fact]
    public async Task A_member_shows_the_profile_of_the_account_and_follows_its_changes()
    {
        var (alice, bob, room) = await RoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;

        _ = (await bob.PutAsync($"profile/{bob.UserId}/displayname", """{"displayname":"Bob the Builder"}""")).Ok;

        var member = (await alice.GetStateAsync(room, "m.room.member", bob.UserId.Value)).Ok;
        Assert.Equal("Bob the Builder", (string?)member["displayname"]);
        Assert.Equal("join", (string?)member["membership"]);
    }

    [Fact]
    public async Task Who_leaves_can_neither_send_nor_leave_again_but_forget()
    {
        var (alice, bob, room) = await RoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        (await bob.InRoomAsync(room, "forget")).ShouldBe(400, "M_UNKNOWN");

        _ = (await bob.InRoomAsync(room, "leave", """{"reason":"late"}""")).Ok;

        (await bob.SendEventAsync(room, "m.room.message", "{}")).ShouldBe(403, "M_FORBIDDEN");
        (await bob.InRoomAsync(room, "leave")).ShouldBe(403, "M_FORBIDDEN");
        _ = (await bob.InRoomAsync(room, "forget")).Ok;
        Assert.Equal("late", (string?)(await alice.GetStateAsync(room, "m.room.member", bob.UserId.Value)).Ok["reason"]);
    }

    [Fact]
    public async Task Who_is_not_in_a_room_is_not_told_what_others_are_in_it()
    {
        var (alice, bob, room) = await RoomAsync("{}");
        var carol = await server.RegisterAsync();
        _ = (await alice.InRoomAsync(room, "ban", Target(carol))).Ok;

        foreach (var action in (string[])["invite", "kick", "ban", "unban"])
        {
            var banned = await bob.InRoomAsync(room, action, Target(carol));
            banned.ShouldBe(403, "M_FORBIDDEN");
            Assert.Equal((string?)(await bob.InRoomAsync(room, action, Target(alice))).Body["error"], (string?)banned.Body["error"]);
        }
    }

    [Fact]
    public async Task A_room_that_a_user_was_never_in_is_forgotten_already()
    {
        var (_, bob, room) = await RoomAsync("{}");

        _ = (await bob.InRoomAsync(room, "forget")).Ok;
        _ = (await bob.InRoomAsync("!none:test.local", "forget")).Ok;
    }

    [Fact]
    public async Task A_ban_keeps_out_until_it_is_lifted()
    {
        var (alice, bob, room) = await RoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;

        _ = (await alice.InRoomAsync(room, "ban", Target(bob))).Ok;
        (await bob.InRoomAsync(room, "join")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.InRoomAsync(room, "invite", Target(bob))).ShouldBe(403, "M_FORBIDDEN");

        _ = (await alice.InRoomAsync(room, "unban", Target(bob))).Ok;
        (await alice.InRoomAsync(room, "unban", Target(bob))).ShouldBe(403, "M_BAD_STATE");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
    }

    [Fact]
    public async Task Kicking_takes_power()
    {
        var (alice, bob, room) = await RoomAsync("""{"preset":"public_chat"}""");
        var carol = await server.RegisterAsync();
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        _ = (await carol.InRoomAsync(room, "join")).Ok;

        (await bob.InRoomAsync(room, "kick", Target(carol))).ShouldBe(403, "M_FORBIDDEN");
        (await bob.InRoomAsync(room, "kick", Target(alice))).ShouldBe(403, "M_FORBIDDEN");
        _ = (await alice.InRoomAsync(room, "kick", Target(carol))).Ok;
        (await alice.InRoomAsync(room, "kick", Target(carol))).ShouldBe(403, "M_FORBIDDEN");
    }

    [Fact]
    public async Task A_knock_asks_to_be_let_in()
    {
        var (alice, bob, room) = await RoomAsync(
            """{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock"}}]}""");

        _ = (await bob.PostAsync($"knock/{Uri.EscapeDataString(room)}", """{"reason":"please"}""")).Ok;
        (await bob.InRoomAsync(room, "join")).ShouldBe(403, "M_FORBIDDEN");
        _ = (await alice.InRoomAsync(room, "invite", Target(bob))).Ok;
        _ = (await bob.InRoomAsync(room, "join")).Ok;
    }

    [Fact]
    public async Task Members_of_another_room_may_join_a_restricted_one()
    {
        var (alice, bob, space) = await RoomAsync("""{"preset":"public_chat"}""");
        var room = await alice.CreateRoomAsync(
            $$$"""{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"restricted","allow":[{"type":"m.room_membership","room_id":"{{{space}}}"}]}}]}""");

        (await bob.InRoomAsync(room, "join")).ShouldBe(403, "M_FORBIDDEN");
        _ = (await bob.InRoomAsync(space, "join")).Ok;
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var member = (await alice.GetStateAsync(room, "m.room.member", bob.UserId.Value)).Ok;
        Assert.Equal(alice.UserId.Value, (string?)member["join_authorised_via_users_server"]);
    }

    [Fact]
    public async Task A_room_of_both_kinds_takes_members_of_another_and_lets_strangers_knock()
    {
        var (alice, bob, space) = await RoomAsync("""{"preset":"public_chat"}""");
        var carol = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync(
            $$$"""{"initial_state":[{"type":"m.room.join_rules","content":{"join_rule":"knock_restricted","allow":[{"type":"m.room_membership","room_id":"{{{space}}}"}]}}]}""");
        _ = (await bob.InRoomAsync(space, "join")).Ok;

        _ = (await bob.InRoomAsync(room, "join")).Ok;
        (await carol.InRoomAsync(room, "join")).ShouldBe(403, "M_FORBIDDEN");
        _ = (await carol.PostAsync($"knock/{Uri.EscapeDataString(room)}")).Ok;
        (await carol.InRoomAsync(room, "join")).ShouldBe(403, "M_FORBIDDEN");
        _ = (await alice.InRoomAsync(room, "invite", Target(carol))).Ok;
        _ = (await carol.InRoomAsync(room, "join")).Ok;
        var member = (await alice.GetStateAsync(room, "m.room.member", carol.UserId.Value)).Ok;
        Assert.Null(member["join_authorised_via_users_server"]);
    }

    [Fact]
    public async Task A_member_event_sent_as_state_is_the_membership_change_that_it_says()
    {
        var (alice, bob, room) = await RoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;

        _ = (await bob.SetStateAsync(room, "m.room.member", bob.UserId.Value, """{"membership":"join","displayname":"Here I am Bob"}""")).Ok;
        Assert.Equal("Here I am Bob", (string?)(await alice.GetStateAsync(room, "m.room.member", bob.UserId.Value)).Ok["displayname"]);

        (await alice.SetStateAsync(room, "m.room.member", bob.UserId.Value, """{"membership":"join"}""")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.SetStateAsync(room, "m.room.member", bob.UserId.Value, """{"membership":"dance"}""")).ShouldBe(400, "M_BAD_JSON");
        (await alice.SetStateAsync(room, "m.room.member", "nobody", """{"membership":"invite"}""")).ShouldBe(400, "M_INVALID_PARAM");
        _ = (await alice.SetStateAsync(room, "m.room.member", bob.UserId.Value, """{"membership":"leave"}""")).Ok;
        Assert.Equal("leave", (string?)(await alice.GetStateAsync(room, "m.room.member", bob.UserId.Value)).Ok["membership"]);
    }

    [Fact]
    public async Task Rooms_that_are_not_there_are_not_found_and_names_that_are_none_are_invalid()
    {
        var alice = await server.RegisterAsync();

        (await alice.PostAsync("join/!nothing:test.local")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PostAsync("join/%23nothing:test.local")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PostAsync("join/nothing")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.InRoomAsync("!nothing:test.local", "leave")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.InRoomAsync("!nothing:test.local", "invite")).ShouldBe(400, "M_MISSING_PARAM");
    }

    static string Target(TestUser user) => $$"""{"user_id":"{{user.UserId}}"}""";

    async Task<(TestUser Alice, TestUser Bob, string Room)> RoomAsync(string body)
    {
        var alice = await server.RegisterAsync();
        return (alice, await server.RegisterAsync(), await alice.CreateRoomAsync(body));
    }
}
