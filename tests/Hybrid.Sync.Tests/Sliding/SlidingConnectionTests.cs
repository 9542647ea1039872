using Hybrid.Primitives;
using Hybrid.Rooms.Timeline;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

/// <summary>Connections of sliding sync and their positions (MSC4186, "Connections").</summary>
public sealed class SlidingConnectionTests : IDisposable
{
    const string All = """{"lists":{"all":{"ranges":[[0,99]],"timeline_limit":5,"required_state":[["m.room.member","$LAZY"]]}}}""";
    const string Top = """{"lists":{"all":{"ranges":[[0,0]],"timeline_limit":5,"required_state":[]}}}""";

    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_request_that_is_repeated_is_answered_the_same()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, All);
        await _server.SayAsync(room, Alice, "hi");

        var lost = await _server.SlideAsync(Bob, All, first.Pos);
        var again = await _server.SlideAsync(Bob, All, first.Pos);
        var next = await _server.SlideAsync(Bob, All, again.Pos);

        Assert.Equal(["hi"], lost.Said(room));
        Assert.Equal(lost.State(room), again.State(room));
        Assert.Equal(lost.Said(room), again.Said(room));
        Assert.Empty(next.Rooms);
    }

    [Fact]
    public async Task A_lost_answer_with_new_rooms_is_given_again()
    {
        var (first, second) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        var top = await _server.SlideAsync(Bob, Top);
        var lost = await _server.SlideAsync(Bob, All, top.Pos);
        var again = await _server.SlideAsync(Bob, All, top.Pos);

        Assert.Equal([second.Value], top.Rooms);
        Assert.Contains(first.Value, lost.Rooms);
        Assert.Equal(lost.Rooms, again.Rooms);
        Assert.True(again.Flag(first, "initial"));
        await AssertUnknownAsync(_server.SlideAsync(Bob, All, lost.Pos));
    }

    [Fact]
    public async Task A_position_that_was_left_behind_is_unknown()
    {
        var (_, second) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        var first = await _server.SlideAsync(Bob, Top);
        var wide = await _server.SlideAsync(Bob, All, first.Pos);
        await _server.SlideAsync(Bob, All, wide.Pos);

        await AssertUnknownAsync(_server.SlideAsync(Bob, All, first.Pos));
        Assert.Equal([second.Value], first.Rooms);
    }

    [Fact]
    public async Task A_position_belongs_to_its_user_device_and_connection()
    {
        await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, All);
        var named = await _server.SlideAsync(Bob, """{"conn_id":"named"}""");

        await AssertUnknownAsync(_server.SlideAsync(Alice, All, first.Pos));
        await AssertUnknownAsync(_server.SlideAsync(Bob, All, first.Pos, device: DeviceOf(Alice)));
        await AssertUnknownAsync(_server.SlideAsync(Bob, """{"conn_id":"other"}""", first.Pos));
        await AssertUnknownAsync(_server.SlideAsync(Bob, All, named.Pos));
        await AssertUnknownAsync(_server.SlideAsync(Bob, All, "p1_1_nonsense"));
        await AssertUnknownAsync(_server.SlideAsync(Bob, All, "s1_1_1_1_1_1_1"));
        Assert.Equal(named.Pos, (await _server.SlideAsync(Bob, """{"conn_id":"named"}""", named.Pos)).Pos);
    }

    [Fact]
    public async Task Connections_of_a_device_do_not_disturb_each_other()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var named = All.Replace("{\"lists\"", "{\"conn_id\":\"two\",\"lists\"", StringComparison.Ordinal);
        var one = await _server.SlideAsync(Bob, All);
        var two = await _server.SlideAsync(Bob, named);
        await _server.SayAsync(room, Alice, "hi");

        Assert.Equal(["hi"], (await _server.SlideAsync(Bob, All, one.Pos)).Said(room));
        Assert.Equal(["hi"], (await _server.SlideAsync(Bob, named, two.Pos)).Said(room));
    }

    [Fact]
    public async Task A_connection_that_starts_anew_forgets_what_it_sent()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, All);
        var anew = await _server.SlideAsync(Bob, All);

        Assert.True(anew.Flag(room, "initial"));
        await AssertUnknownAsync(_server.SlideAsync(Bob, All, first.Pos));
    }

    [Fact]
    public async Task A_connection_outlives_a_restart_with_all_that_it_knows()
    {
        var (first, second) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        var all = await _server.SlideAsync(Bob, All);
        await _server.SayAsync(first, Alice, "before");
        await _server.SayAsync(second, Alice, "on top");
        var top = await _server.SlideAsync(Bob, Top, all.Pos);
        _server.Restart();

        var answer = await _server.SlideAsync(Bob, All, top.Pos);
        var again = await _server.SlideAsync(Bob, All, answer.Pos);

        Assert.Equal(["before"], answer.Said(first));
        Assert.False(answer.Flag(first, "initial"));
        Assert.Empty(answer.Said(second));
        Assert.Empty(again.Rooms);
    }

    [Fact]
    public async Task An_answer_that_was_lost_in_a_restart_is_given_again()
    {
        var (first, _) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        var top = await _server.SlideAsync(Bob, Top);
        await _server.SlideAsync(Bob, All, top.Pos);
        _server.Restart();

        var again = await _server.SlideAsync(Bob, All, top.Pos);

        Assert.True(again.Flag(first, "initial"));
    }

    [Fact]
    public async Task A_device_has_a_bounded_number_of_connections()
    {
        var first = await _server.SlideAsync(Bob, """{"conn_id":"first"}""");
        for (var i = 0; i < 16; i++)
        {
            _server.Time.Advance(TimeSpan.FromSeconds(1));
            await _server.SlideAsync(Bob, $$"""{"conn_id":"{{i}}"}""");
        }

        _server.Restart();
        await AssertUnknownAsync(_server.SlideAsync(Bob, """{"conn_id":"first"}""", first.Pos));
    }

    [Fact]
    public async Task A_request_waits_for_something_in_its_rooms()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, All);

        var waiting = _server.SlideAsync(Bob, All, first.Pos, wait: TimeSpan.FromMinutes(1));
        await _server.SayAsync(room, Alice, "hi");

        Assert.Equal(["hi"], (await waiting).Said(room));
    }

    [Fact]
    public async Task A_request_ends_empty_when_its_time_is_over()
    {
        await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, All);

        var answer = await _server.TimeOutAsync(_server.SlideAsync(Bob, All, first.Pos, wait: TimeSpan.FromSeconds(20)));

        Assert.Empty(answer.Rooms);
    }

    [Fact]
    public async Task A_new_request_ends_the_one_that_waits()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SlideAsync(Bob, All);

        var waiting = _server.SlideAsync(Bob, All, first.Pos, wait: TimeSpan.FromMinutes(1));
        var second = await _server.SlideAsync(Bob, All, first.Pos);
        var overtaken = await waiting;
        await _server.SayAsync(room, Alice, "hi");

        Assert.Empty(overtaken.Rooms);
        Assert.Equal(["hi"], (await _server.SlideAsync(Bob, All, second.Pos)).Said(room));
    }

    [Fact]
    public async Task A_position_is_a_point_in_the_timeline()
    {
        await _server.CreateRoomAsync(Alice, Bob);
        var pos = (await _server.SlideAsync(Bob, All)).Pos;

        Assert.True(SlidingPosition.TryParse(pos, out var position));
        Assert.Equal(position.Positions.Events, TimelineToken.Parse(pos));
    }

    static async Task AssertUnknownAsync(Task<SlidingAnswer> sync)
    {
        var refused = await Assert.ThrowsAsync<MatrixException>(() => sync);
        Assert.Equal((400, "M_UNKNOWN_POS"), (refused.Error.Status, refused.Error.Code));
    }
}
