using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

/// <summary>Which state a sliding sync sends, and how much of timelines (MSC4186, "Changing room configs", "Lazy loaded memberships").</summary>
public sealed class SlidingStateTests : IDisposable
{
    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("""[["m.room.create",""]]""", "m.room.create|")]
    [InlineData("""[["m.room.member","$ME"]]""", "m.room.member|@bob:hybrid.test")]
    [InlineData("""[["m.room.member","*"]]""", "m.room.member|@alice:hybrid.test,m.room.member|@bob:hybrid.test,m.room.member|@carol:hybrid.test")]
    [InlineData("""[["m.room.member","$LAZY"]]""", "m.room.member|@alice:hybrid.test")]
    [InlineData("""[["m.room.member","$LAZY"],["m.room.member","$ME"]]""", "m.room.member|@alice:hybrid.test,m.room.member|@bob:hybrid.test")]
    [InlineData("""[["*","x"]]""", "m.odd|x")]
    [InlineData("[]", "")]
    [InlineData("""{"include":[{"type":"m.room.create","state_key":""},{"type":"m.odd"}],"exclude":[{"type":"m.room.create"}]}""", "m.odd|x")]
    [InlineData("""{"include":[{"state_key":"x"}],"lazy_members":true}""", "m.odd|x,m.room.member|@alice:hybrid.test")]
    public async Task Required_state_is_what_is_asked_for(string required, string expected)
    {
        var room = await _server.CreateRoomAsync(Alice, Bob, Carol);
        await _server.SendAsync(room, Alice, "m.odd", "{}", "x");
        await _server.SayAsync(room, Alice, "hi");

        var answer = await _server.SlideAsync(Bob, Terms(required, 1));

        Assert.Equal(expected, string.Join(',', answer.State(room)));
    }

    [Fact]
    public async Task All_state_can_be_had_with_members_loaded_lazily()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob, Carol);
        await _server.SayAsync(room, Alice, "hi");

        var all = (await _server.SlideAsync(Bob, Terms("""[["*","*"]]""", 1))).State(room);
        var lazy = (await _server.SlideAsync(Bob, Terms("""[["*","*"],["m.room.member","$LAZY"]]""", 1))).State(room);

        Assert.Equal(3, all.Count(static state => state.StartsWith("m.room.member|", StringComparison.Ordinal)));
        Assert.Equal(all.Count - 2, lazy.Count);
        Assert.Contains($"m.room.member|{Alice}", lazy);
    }

    [Fact]
    public async Task Wishes_of_lists_and_subscriptions_add_up()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        for (var i = 0; i < 4; i++)
            await _server.SayAsync(room, Alice, $"{i}");

        var answer = await _server.SlideAsync(
            Bob,
            $$$"""
            {"lists":{"a":{"timeline_limit":1,"required_state":[["m.room.create",""]]},"b":{"timeline_limit":3,"required_state":[]}},
             "room_subscriptions":{"{{{room}}}":{"timeline_limit":2,"required_state":[["m.room.member","$ME"]]}} }
            """);

        Assert.Equal(["1", "2", "3"], answer.Said(room));
        Assert.Equal(["m.room.create|", $"m.room.member|{Bob}"], answer.State(room));
    }

    [Fact]
    public async Task Changed_state_comes_if_it_is_wanted()
    {
        var terms = Terms("""[["m.room.topic",""]]""", 1);
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, terms);
        await _server.SendAsync(room, Alice, "m.room.topic", """{"topic":"old"}""", "");
        await _server.SendAsync(room, Alice, "m.room.topic", """{"topic":"new"}""", "");
        await _server.SendAsync(room, Alice, "m.odd", "{}", "x");

        var answer = await _server.SlideAsync(Bob, terms, first.Pos);

        Assert.Equal("new", Assert.Single(answer.Events(room, "required_state")).GetProperty("content").GetProperty("topic").GetString());
    }

    [Fact]
    public async Task State_that_was_not_wanted_before_comes_at_once_and_not_again()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, Terms("""[["m.room.create",""]]""", 1));

        var wider = Terms("""[["m.room.create",""],["m.room.join_rules",""]]""", 1);
        var second = await _server.SlideAsync(Bob, wider, first.Pos);
        var third = await _server.SlideAsync(Bob, wider, second.Pos);

        Assert.Equal(["m.room.join_rules|"], second.State(room));
        Assert.False(second.Flag(room, "initial"));
        Assert.Empty(third.Rooms);
    }

    [Fact]
    public async Task Members_come_once_when_they_speak_and_when_they_change()
    {
        var lazy = Terms("""[["m.room.member","$LAZY"]]""", 2);
        var room = await _server.CreateRoomAsync(Alice, Bob, Carol);
        await _server.SayAsync(room, Alice, "one");
        await _server.SayAsync(room, Alice, "two");
        var first = await _server.SlideAsync(Bob, lazy);
        await _server.SayAsync(room, Carol, "three");
        var carol = await _server.SlideAsync(Bob, lazy, first.Pos);
        await _server.SayAsync(room, Carol, "four");
        var again = await _server.SlideAsync(Bob, lazy, carol.Pos);
        await _server.LeaveAsync(room, Carol);
        var left = await _server.SlideAsync(Bob, lazy, again.Pos);

        Assert.Equal([$"m.room.member|{Alice}"], first.State(room));
        Assert.Equal([$"m.room.member|{Carol}"], carol.State(room));
        Assert.Empty(again.State(room));
        Assert.Equal([$"m.room.member|{Carol}"], left.State(room));
    }

    [Fact]
    public async Task Across_a_gap_only_members_that_are_needed_come()
    {
        var lazy = Terms("""[["m.room.member","$LAZY"]]""", 1);
        var room = await _server.CreateRoomAsync(Alice, Bob, Carol);
        await _server.SayAsync(room, Carol, "one");
        var first = await _server.SlideAsync(Bob, lazy);
        await _server.LeaveAsync(room, Carol);
        await _server.SayAsync(room, Alice, "two");
        var gap = await _server.SlideAsync(Bob, lazy, first.Pos);
        await _server.JoinAsync(room, Carol);
        var back = await _server.SlideAsync(Bob, lazy, gap.Pos);

        Assert.True(gap.Flag(room, "limited"));
        Assert.Equal([$"m.room.member|{Alice}"], gap.State(room));
        Assert.Equal([$"m.room.member|{Carol}"], back.State(room));
    }

    [Fact]
    public async Task A_longer_timeline_is_sent_at_once_and_a_shorter_one_needs_nothing()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        for (var i = 0; i < 6; i++)
            await _server.SayAsync(room, Alice, $"{i}");
        var first = await _server.SlideAsync(Bob, Terms("[]", 1));
        var longer = await _server.SlideAsync(Bob, Terms("[]", 4), first.Pos);
        var shorter = await _server.SlideAsync(Bob, Terms("[]", 2), longer.Pos);
        var longAgain = await _server.SlideAsync(Bob, Terms("[]", 4), shorter.Pos);
        for (var i = 6; i < 9; i++)
            await _server.SayAsync(room, Alice, $"{i}");
        var gap = await _server.SlideAsync(Bob, Terms("[]", 2), longAgain.Pos);
        var afterGap = await _server.SlideAsync(Bob, Terms("[]", 4), gap.Pos);

        Assert.Equal(["5"], first.Said(room));
        Assert.Equal(["2", "3", "4", "5"], longer.Said(room));
        Assert.True(longer.Flag(room, "unstable_expanded_timeline"));
        Assert.False(longer.Flag(room, "initial"));
        Assert.Equal(0, longer.Room(room).GetProperty("num_live").GetInt32());
        Assert.Empty(shorter.Rooms);
        Assert.Empty(longAgain.Rooms);
        Assert.Equal(["7", "8"], gap.Said(room));
        Assert.Equal(["5", "6", "7", "8"], afterGap.Said(room));
        Assert.True(afterGap.Flag(room, "unstable_expanded_timeline"));
    }

    static string Terms(string required, int limit) =>
        $$$"""{"lists":{"all":{"ranges":[[0,99]],"timeline_limit":{{{limit}}},"required_state":{{{required}}} }} }""";
}
