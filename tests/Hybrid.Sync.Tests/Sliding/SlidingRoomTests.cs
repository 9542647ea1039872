using System.Text.Json;
using Hybrid.Primitives;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

/// <summary>What a sliding sync says of rooms (MSC4186, "Room results").</summary>
public sealed class SlidingRoomTests : IDisposable
{
    const string All = """{"lists":{"all":{"ranges":[[0,99]],"timeline_limit":3,"required_state":[["m.room.name",""],["m.room.member","$ME"]]}}}""";

    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_room_is_described_when_it_first_comes()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        await _server.SendAsync(room, Alice, "m.room.name", """{"name":"Named"}""", "");
        await _server.SendAsync(room, Alice, "m.room.avatar", """{"url":"mxc://hybrid.test/a"}""", "");
        await _server.SayAsync(room, Alice, "one");
        await _server.SayAsync(room, Alice, "two");
        await _server.StoreAsync(Bob, "m.direct", $$"""{"{{Alice}}":["{{room}}"]}""");

        var shown = (await _server.SlideAsync(Bob, All)).Room(room);

        Assert.True(shown.GetProperty("initial").GetBoolean());
        Assert.Equal("Named", shown.GetProperty("name").GetString());
        Assert.Equal("mxc://hybrid.test/a", shown.GetProperty("avatar").GetString());
        Assert.True(shown.GetProperty("is_dm").GetBoolean());
        Assert.Equal(2, shown.GetProperty("joined_count").GetInt32());
        Assert.Equal(0, shown.GetProperty("invited_count").GetInt32());
        Assert.True(shown.GetProperty("limited").GetBoolean());
        Assert.Equal(0, shown.GetProperty("num_live").GetInt32());
        Assert.Equal(0, shown.GetProperty("notification_count").GetInt32());
        Assert.False(shown.TryGetProperty("heroes", out _));
        Assert.True(shown.TryGetProperty("prev_batch", out _));
        Assert.True(shown.TryGetProperty("bump_stamp", out _));
        Assert.False(shown.GetProperty("timeline")[0].TryGetProperty("room_id", out _));
    }

    [Fact]
    public async Task A_room_without_a_name_has_heroes()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob, Carol);

        var heroes = (await _server.SlideAsync(Bob, All)).Room(room).GetProperty("heroes");

        Assert.Equal([Alice.Value, Carol.Value], heroes.EnumerateArray().Select(static hero => hero.GetProperty("user_id").GetString()));
        Assert.Equal("alice", heroes[0].GetProperty("displayname").GetString());
    }

    [Fact]
    public async Task Then_only_what_changed_comes()
    {
        var (room, other) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        var first = await _server.SlideAsync(Bob, All);
        await _server.SayAsync(room, Alice, "new");

        var second = await _server.SlideAsync(Bob, All, first.Pos);
        var third = await _server.SlideAsync(Bob, All, second.Pos);

        Assert.Equal([other.Value, room.Value], first.Rooms.Order(StringComparer.Ordinal).Intersect([other.Value, room.Value]).OrderBy(name => name != other.Value));
        Assert.Equal([room.Value], second.Rooms);
        Assert.Equal(["new"], second.Said(room));
        Assert.False(second.Flag(room, "initial"));
        Assert.Equal(1, second.Room(room).GetProperty("num_live").GetInt32());
        Assert.False(second.Room(room).TryGetProperty("name", out _));
        Assert.False(second.Room(room).TryGetProperty("joined_count", out _));
        Assert.Empty(second.Events(room, "required_state"));
        Assert.Empty(third.Rooms);
        Assert.Equal(2, third.Count());
    }

    [Fact]
    public async Task Bump_stamps_follow_what_people_say_and_not_who_comes_and_goes()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        await _server.SayAsync(room, Alice, "said");
        var first = await _server.SlideAsync(Bob, All);
        await _server.JoinAsync(room, Carol);
        var joined = await _server.SlideAsync(Bob, All, first.Pos);
        await _server.SayAsync(room, Alice, "said again");
        var said = await _server.SlideAsync(Bob, All, joined.Pos);

        var stamp = first.Room(room).GetProperty("bump_stamp").GetInt64();
        Assert.False(joined.Room(room).TryGetProperty("bump_stamp", out _));
        Assert.True(said.Room(room).GetProperty("bump_stamp").GetInt64() > stamp);
    }

    [Fact]
    public async Task A_gap_is_limited_and_paginates_from_prev_batch()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, All);
        for (var i = 0; i < 5; i++)
            await _server.SayAsync(room, Alice, $"{i}");

        var answer = await _server.SlideAsync(Bob, All, first.Pos);

        Assert.True(answer.Flag(room, "limited"));
        Assert.Equal(["2", "3", "4"], answer.Said(room));
        Assert.Equal(3, answer.Room(room).GetProperty("num_live").GetInt32());
    }

    [Fact]
    public async Task An_invitation_has_stripped_state_until_it_is_taken_or_refused()
    {
        var (taken, refused) = (await _server.CreateRoomAsync(Alice), await _server.CreateRoomAsync(Alice));
        await _server.SendAsync(taken, Alice, "m.room.name", """{"name":"Taken"}""", "");
        await _server.InviteAsync(taken, Alice, Bob);
        await _server.InviteAsync(refused, Alice, Bob);

        var invited = await _server.SlideAsync(Bob, All);
        await _server.JoinAsync(taken, Bob);
        await _server.LeaveAsync(refused, Bob);
        var after = await _server.SlideAsync(Bob, All, invited.Pos);

        var stripped = invited.Events(taken, "invite_state");
        Assert.Contains(stripped, static state => SyncAnswer.Type(state) == "m.room.create");
        Assert.Contains(stripped, static state => SyncAnswer.Type(state) == "m.room.member" && state.GetProperty("state_key").GetString() == Bob.Value);
        Assert.False(invited.Room(taken).TryGetProperty("timeline", out _));
        Assert.False(invited.Room(taken).TryGetProperty("name", out _));
        Assert.True(after.Flag(taken, "initial"));
        Assert.Equal("Taken", after.Room(taken).GetProperty("name").GetString());
        Assert.Equal([$"m.room.member|{Bob}"], after.State(refused));
        Assert.Equal("leave", after.Events(refused, "timeline").Single().GetProperty("content").GetProperty("membership").GetString());
    }

    [Fact]
    public async Task Who_leaves_is_shown_that_and_nothing_after_it()
    {
        var (left, kicked) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        var first = await _server.SlideAsync(Bob, All);
        await _server.LeaveAsync(left, Bob);
        await _server.BanAsync(kicked, Alice, Bob);
        await _server.SayAsync(left, Alice, "secret");
        await _server.SayAsync(kicked, Alice, "secret");

        var answer = await _server.SlideAsync(Bob, All, first.Pos);
        await _server.SayAsync(left, Alice, "more");
        var again = await _server.SlideAsync(Bob, All, answer.Pos);
        var anew = await _server.SlideAsync(Bob, All);

        foreach (var room in (RoomId[])[left, kicked])
        {
            Assert.Empty(answer.Said(room));
            Assert.Equal([$"m.room.member|{Bob}"], answer.State(room));
        }

        Assert.Empty(again.Rooms);
        Assert.Equal([kicked.Value], anew.Rooms);
        Assert.Empty(anew.Said(kicked));
    }

    [Fact]
    public async Task What_others_may_not_see_is_not_there()
    {
        var (foreign, banned) = (await _server.CreateRoomAsync(Alice), await _server.CreateRoomAsync(Alice));
        await _server.BanAsync(banned, Alice, Bob);

        var answer = await _server.SlideAsync(
            Bob,
            $$$"""
            {"lists":{"all":{"ranges":[[0,9]],"timeline_limit":1,"required_state":[]}},
             "room_subscriptions":{
                "{{{foreign}}}":{"timeline_limit":1,"required_state":[["*","*"]]},"{{{banned}}}":{"timeline_limit":1,"required_state":[]},
                "!no:where":{"timeline_limit":1,"required_state":[]},"nothing":{"timeline_limit":1,"required_state":[]}} }
            """);

        Assert.Empty(answer.Rooms);
        Assert.Equal(0, answer.Count());
    }

    [Fact]
    public async Task Ignored_users_neither_invite_nor_speak()
    {
        var (room, invitation) = (await _server.CreateRoomAsync(Alice, Bob, Carol), await _server.CreateRoomAsync(Carol));
        await _server.StoreAsync(Bob, "m.ignored_user_list", $$$"""{"ignored_users":{"{{{Carol}}}":{} } }""");
        await _server.InviteAsync(invitation, Carol, Bob);
        await _server.SayAsync(room, Alice, "heard");
        await _server.SayAsync(room, Carol, "not heard");

        var answer = await _server.SlideAsync(Bob, All);

        Assert.Equal([room.Value], answer.Rooms);
        Assert.Equal(["heard"], answer.Said(room));
    }

    [Fact]
    public async Task A_room_becomes_a_direct_chat()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, All);
        await _server.StoreAsync(Bob, "m.direct", $$"""{"{{Alice}}":["{{room}}"]}""");
        var direct = await _server.SlideAsync(Bob, All, first.Pos);
        await _server.StoreAsync(Bob, "m.direct", "{}");
        var no = await _server.SlideAsync(Bob, All, direct.Pos);

        Assert.False(first.Flag(room, "is_dm"));
        Assert.True(direct.Flag(room, "is_dm"));
        Assert.Equal(JsonValueKind.False, no.Find("rooms", room.Value, "is_dm")?.ValueKind);
    }

    [Fact]
    public async Task On_the_stable_path_fields_have_their_stable_names()
    {
        const string Stable = """{"lists":{"all":{"range":[0,99],"timeline_limit":1,"required_state":{}}}}""";
        var (room, invitation) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice));
        await _server.SendAsync(room, Alice, "m.room.name", """{"name":"Named"}""", "");
        await _server.InviteAsync(invitation, Alice, Bob);

        var first = await _server.SlideAsync(Bob, Stable, stable: true);
        await _server.SendAsync(room, Alice, "m.room.name", "{}", "");
        var wider = Stable.Replace("\"timeline_limit\":1", "\"timeline_limit\":5", StringComparison.Ordinal);
        var second = await _server.SlideAsync(Bob, wider, first.Pos, stable: true);

        Assert.NotEmpty(first.Events(invitation, "stripped_state"));
        Assert.Equal("invite", first.Room(invitation).GetProperty("membership").GetString());
        Assert.Equal("join", first.Room(room).GetProperty("membership").GetString());
        Assert.Equal("all", first.Room(room).GetProperty("lists").EnumerateArray().Single().GetString());
        Assert.False(first.Room(room).TryGetProperty("notification_count", out _));
        Assert.Equal(JsonValueKind.Null, second.Room(room).GetProperty("name").ValueKind);
        Assert.True(second.Flag(room, "expanded_timeline"));
        Assert.NotEmpty(second.Events(room, "heroes"));
    }
}
