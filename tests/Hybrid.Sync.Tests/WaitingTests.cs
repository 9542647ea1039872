using Hybrid.Primitives;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

public sealed class WaitingTests : IDisposable
{
    static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_message_wakes_a_waiting_sync()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        var waiting = _server.SyncAsync(Bob, first, wait: Wait);
        Assert.False(waiting.IsCompleted);

        await _server.SayAsync(room, Alice, "wake up");

        Assert.Equal(["wake up"], (await waiting).Said(room));
    }

    [Fact]
    public async Task A_wait_that_nothing_ends_is_over_after_its_timeout()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        var waiting = _server.SyncAsync(Bob, first, wait: Wait);
        _server.Time.Advance(Wait - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);

        _server.Time.Advance(TimeSpan.FromMilliseconds(1));
        var answer = await waiting;

        Assert.Null(answer.Find("rooms"));
        await _server.SayAsync(room, Alice, "later");
        Assert.Equal(["later"], (await _server.SyncAsync(Bob, answer)).Said(room));
    }

    [Fact]
    public async Task A_server_that_stops_lets_no_one_wait()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        var waiting = _server.SyncAsync(Bob, first, wait: Wait);
        Assert.False(waiting.IsCompleted);

        _server.Get<SyncEngine>().EndWaits();

        var answer = await waiting;
        Assert.Null(answer.Find("rooms"));
        Assert.Equal(first.Next, answer.Next);
        Assert.Equal(first.Next, (await _server.SyncAsync(Bob, answer, wait: Wait)).Next);
        await _server.SayAsync(room, Alice, "later");
        Assert.Equal(["later"], (await _server.SyncAsync(Bob, answer)).Said(room));
    }

    [Fact]
    public async Task What_happens_in_rooms_of_others_wakes_no_one()
    {
        var theirs = await _server.CreateRoomAsync(Alice, Carol);
        var first = await _server.SyncAsync(Bob);
        var waiting = _server.SyncAsync(Bob, first, wait: Wait);

        await _server.SayAsync(theirs, Alice, "not for Bob");

        Assert.False(waiting.IsCompleted);
        var answer = await _server.TimeOutAsync(waiting);
        Assert.Null(answer.Find("rooms"));
        Assert.True(_server.Time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000) >= Wait);
    }

    [Fact]
    public async Task An_invitation_wakes_the_one_who_is_invited()
    {
        var room = await _server.CreateRoomAsync(Alice);
        var first = await _server.SyncAsync(Bob);
        var waiting = _server.SyncAsync(Bob, first, wait: Wait);

        await _server.InviteAsync(room, Alice, Bob);

        var types = (await waiting).Events("rooms", "invite", room.Value, "invite_state").Select(SyncAnswer.Type).ToList();
        Assert.Contains("m.room.create", types);
        Assert.Contains("m.room.member", types);
    }

    [Fact]
    public async Task A_room_that_was_joined_while_waiting_wakes_from_then_on()
    {
        var room = await _server.CreateRoomAsync(Alice);
        var first = await _server.SyncAsync(Bob);
        await _server.JoinAsync(room, Bob);
        var second = await _server.SyncAsync(Bob, first);
        var waiting = _server.SyncAsync(Bob, second, wait: Wait);

        await _server.SayAsync(room, Alice, "hello");

        Assert.Equal(["hello"], (await waiting).Said(room));
    }

    [Fact]
    public async Task Two_sessions_of_a_user_both_wake()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        var one = _server.SyncAsync(Bob, first, wait: Wait);
        var two = _server.SyncAsync(Bob, first, wait: Wait);

        await _server.SayAsync(room, Alice, "both");

        Assert.Equal(["both"], (await one).Said(room));
        Assert.Equal(["both"], (await two).Said(room));
    }

    [Fact]
    public async Task A_listener_that_was_idle_for_long_is_forgotten_and_comes_back()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        _server.Time.Advance(TimeSpan.FromMinutes(20));
        var answer = await _server.SyncAsync(Bob, first);
        var waiting = _server.SyncAsync(Bob, answer, wait: Wait);

        await _server.SayAsync(room, Alice, "still there?");

        Assert.Equal(["still there?"], (await waiting).Said(room));
    }

    [Fact]
    public async Task Account_data_wakes_its_owner()
    {
        var first = await _server.SyncAsync(Bob);
        var waiting = _server.SyncAsync(Bob, first, wait: Wait);

        await _server.StoreAsync(Bob, "org.example.setting", """{"on":true}""");

        var entry = Assert.Single((await waiting).Events("account_data"));
        Assert.Equal("org.example.setting", SyncAnswer.Type(entry));
    }

    [Fact]
    public async Task Many_who_wait_are_all_woken_by_one_message()
    {
        var users = Enumerable.Range(0, 50).Select(i => UserId.Parse($"@u{i}:hybrid.test")).ToArray();
        var room = await _server.CreateRoomAsync(Alice, users);
        var waiting = new List<Task<SyncAnswer>>();
        foreach (var user in users)
            waiting.Add(_server.SyncAsync(user, await _server.SyncAsync(user), wait: Wait));

        await _server.SayAsync(room, Alice, "to all");

        foreach (var answer in await Task.WhenAll(waiting))
            Assert.Equal(["to all"], answer.Said(room));
    }
}
