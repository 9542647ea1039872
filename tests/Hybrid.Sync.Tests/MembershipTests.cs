using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

public sealed class MembershipTests : IDisposable
{
    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_room_that_was_left_is_shown_up_to_the_leave()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        await _server.SayAsync(room, Alice, "last words");
        await _server.LeaveAsync(room, Bob);
        await _server.SayAsync(room, Alice, "behind his back");

        var answer = await _server.SyncAsync(Bob, first);
        var next = await _server.SyncAsync(Bob, answer);

        Assert.Null(answer.Joined(room));
        var events = answer.Events("rooms", "leave", room.Value, "timeline");
        Assert.Equal(["m.room.message", "m.room.member"], events.Select(SyncAnswer.Type));
        Assert.Equal("last words", events[0].GetProperty("content").GetProperty("body").GetString());
        Assert.Null(next.Find("rooms"));
    }

    [Fact]
    public async Task A_ban_ends_up_among_the_left_rooms()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        await _server.BanAsync(room, Alice, Bob);

        var events = (await _server.SyncAsync(Bob, first)).Events("rooms", "leave", room.Value, "timeline");

        Assert.Equal("ban", Assert.Single(events).GetProperty("content").GetProperty("membership").GetString());
    }

    [Fact]
    public async Task Left_rooms_are_in_an_initial_sync_only_if_asked_for_and_not_forgotten()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        await _server.LeaveAsync(room, Bob);

        Assert.Null((await _server.SyncAsync(Bob)).Find("rooms"));
        Assert.NotNull((await _server.SyncAsync(Bob, filter: """{"room":{"include_leave":true}}""")).Left(room));

        await _server.ForgetAsync(room, Bob);

        Assert.Null((await _server.SyncAsync(Bob, filter: """{"room":{"include_leave":true}}""")).Left(room));
    }

    [Fact]
    public async Task A_refused_invitation_shows_nothing_of_the_room()
    {
        var room = await _server.CreateRoomAsync(Alice);
        await _server.InviteAsync(room, Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        Assert.NotNull(first.Find("rooms", "invite", room.Value));
        await _server.SayAsync(room, Alice, "secret");
        await _server.LeaveAsync(room, Bob);

        var answer = await _server.SyncAsync(Bob, first);

        var own = Assert.Single(answer.Events("rooms", "leave", room.Value, "timeline"));
        Assert.Equal("m.room.member", SyncAnswer.Type(own));
        Assert.Empty(answer.Events("rooms", "leave", room.Value, "state"));
    }

    [Fact]
    public async Task Leaving_and_joining_again_between_two_syncs_starts_the_room_anew()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        await _server.LeaveAsync(room, Bob);
        await _server.SayAsync(room, Alice, "while away");
        await _server.JoinAsync(room, Bob);

        var answer = await _server.SyncAsync(Bob, first);

        Assert.Contains(answer.State(room).Concat(answer.Timeline(room)), stored => SyncAnswer.Type(stored) == "m.room.create");
        Assert.Null(answer.Left(room));
    }

    [Fact]
    public async Task A_change_of_ones_own_display_name_does_not_start_the_room_anew()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        await _server.SayAsync(room, Alice, "one");
        var extra = System.Text.Json.JsonDocument.Parse("""{"displayname":"Bobby"}""").RootElement;
        var join = await _server.Get<Hybrid.Rooms.Membership.MembershipChanges>().JoinAsync(room, Bob, new(Extra: extra), default);
        Assert.Null(join.Error);

        var answer = await _server.SyncAsync(Bob, first);

        Assert.Equal(2, answer.Timeline(room).Count);
        Assert.Empty(answer.State(room));
    }

    [Fact]
    public async Task An_invitation_from_someone_ignored_is_not_shown()
    {
        var room = await _server.CreateRoomAsync(Alice);
        await _server.StoreAsync(Bob, "m.ignored_user_list", """{"ignored_users":{"@alice:hybrid.test":{}}}""");
        await _server.InviteAsync(room, Alice, Bob);

        Assert.Null((await _server.SyncAsync(Bob)).Find("rooms"));
    }

    [Fact]
    public async Task Messages_of_someone_ignored_are_left_out_but_not_their_state()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        await _server.StoreAsync(Bob, "m.ignored_user_list", """{"ignored_users":{"@alice:hybrid.test":{}}}""");
        var first = await _server.SyncAsync(Bob);
        await _server.SayAsync(room, Alice, "ignored");
        await _server.SendAsync(room, Alice, "m.room.topic", """{"topic":"shown"}""", "");

        var answer = await _server.SyncAsync(Bob, first);

        Assert.Equal(["m.room.topic"], answer.Timeline(room).Select(SyncAnswer.Type));

        await _server.StoreAsync(Bob, "m.ignored_user_list", """{"ignored_users":{}}""");
        await _server.SayAsync(room, Alice, "heard again");
        Assert.Equal(["heard again"], (await _server.SyncAsync(Bob, answer)).Said(room));
    }

    [Fact]
    public async Task Heroes_name_a_room_that_has_no_name()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        await _server.InviteAsync(room, Alice, Carol);

        var summary = (await _server.SyncAsync(Bob)).Joined(room)!.Value.GetProperty("summary");

        Assert.Equal([Alice.Value, Carol.Value], summary.GetProperty("m.heroes").EnumerateArray().Select(hero => hero.GetString()!));
        Assert.Equal(1, summary.GetProperty("m.invited_member_count").GetInt32());

        await _server.SendAsync(room, Alice, "m.room.name", """{"name":"Named"}""", "");
        Assert.False((await _server.SyncAsync(Bob)).Joined(room)!.Value.GetProperty("summary").TryGetProperty("m.heroes", out _));
    }
}
