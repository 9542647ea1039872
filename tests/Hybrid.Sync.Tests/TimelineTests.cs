using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

public sealed class TimelineTests : IDisposable
{
    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task An_initial_sync_shows_the_latest_events_and_the_state_before_them()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        for (var i = 1; i <= 15; i++)
            await _server.SayAsync(room, Alice, $"m{i}");

        var answer = await _server.SyncAsync(Bob);

        Assert.Equal(Enumerable.Range(6, 10).Select(i => $"m{i}"), answer.Said(room));
        Assert.True(answer.Limited(room));
        Assert.Contains(answer.State(room), stored => SyncAnswer.Type(stored) == "m.room.create");
        Assert.Equal([Alice.Value, Bob.Value], answer.Members(room).Order());
        Assert.Equal(2, answer.Joined(room)!.Value.GetProperty("summary").GetProperty("m.joined_member_count").GetInt32());
        Assert.Equal(0, answer.Joined(room)!.Value.GetProperty("unread_notifications").GetProperty("notification_count").GetInt32());
    }

    [Fact]
    public async Task A_room_that_fits_into_the_timeline_is_whole_there_and_has_no_state_beside_it()
    {
        var room = await _server.CreateRoomAsync(Alice);

        var answer = await _server.SyncAsync(Alice, filter: """{"room":{"timeline":{"limit":50}}}""");

        Assert.False(answer.Limited(room));
        Assert.Equal("m.room.create", SyncAnswer.Type(answer.Timeline(room)[0]));
        Assert.Empty(answer.State(room));
    }

    [Fact]
    public async Task An_incremental_sync_shows_what_is_new_and_nothing_twice()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        await _server.SayAsync(room, Alice, "new");

        var second = await _server.SyncAsync(Bob, first);
        var third = await _server.SyncAsync(Bob, second);

        Assert.Equal(["new"], second.Said(room));
        Assert.False(second.Limited(room));
        Assert.Empty(second.State(room));
        Assert.Null(third.Find("rooms"));
    }

    [Fact]
    public async Task A_gap_is_limited_and_brings_the_state_that_changed_in_it()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        await _server.SendAsync(room, Alice, "m.room.topic", """{"topic":"old"}""", "");
        await _server.SendAsync(room, Alice, "m.room.topic", """{"topic":"in the gap"}""", "");
        for (var i = 0; i < 80; i++)
            await _server.SayAsync(room, Alice, $"m{i}");

        var answer = await _server.SyncAsync(Bob, first);

        Assert.True(answer.Limited(room));
        Assert.Equal(Enumerable.Range(70, 10).Select(i => $"m{i}"), answer.Said(room));
        var topic = Assert.Single(answer.State(room));
        Assert.Equal("in the gap", topic.GetProperty("content").GetProperty("topic").GetString());
    }

    [Fact]
    public async Task State_stands_before_the_timeline_or_with_state_after_behind_it()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        await _server.SendAsync(room, Alice, "m.room.topic", """{"topic":"before"}""", "");
        for (var i = 0; i < 10; i++)
            await _server.SayAsync(room, Alice, $"m{i}");
        await _server.SendAsync(room, Alice, "m.room.topic", """{"topic":"after"}""", "");

        var before = await _server.SyncAsync(Bob);
        var after = await _server.SyncAsync(Bob, stateAfter: true);

        Assert.Equal("before", Topic(before.State(room)));
        Assert.Equal("after", Topic(after.State(room, "state_after")));
        Assert.Null(after.Joined(room)!.Value.TryGetProperty("state", out _) ? "state" : null);

        static string? Topic(IEnumerable<System.Text.Json.JsonElement> state) =>
            state.Single(stored => SyncAnswer.Type(stored) == "m.room.topic").GetProperty("content").GetProperty("topic").GetString();
    }

    [Fact]
    public async Task A_state_change_that_the_timeline_filter_hides_comes_with_the_state()
    {
        const string Filter = """{"room":{"timeline":{"types":["m.room.message"]}}}""";
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob, filter: Filter);
        await _server.SayAsync(room, Alice, "one");
        await _server.SendAsync(room, Alice, "m.room.topic", """{"topic":"hidden"}""", "");
        await _server.SayAsync(room, Alice, "two");

        var answer = await _server.SyncAsync(Bob, first, Filter);

        Assert.Equal(["one", "two"], answer.Said(room));
        Assert.Equal("m.room.topic", SyncAnswer.Type(Assert.Single(answer.State(room))));
    }

    [Fact]
    public async Task Full_state_brings_all_state_and_only_new_events()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        await _server.SayAsync(room, Alice, "new");

        var answer = await _server.SyncAsync(Bob, first, fullState: true, wait: TimeSpan.FromSeconds(30));

        Assert.Equal(["new"], answer.Said(room));
        Assert.Contains(answer.State(room), stored => SyncAnswer.Type(stored) == "m.room.create");
    }

    [Fact]
    public async Task Someone_who_joins_sees_full_state_and_the_shared_history()
    {
        var room = await _server.CreateRoomAsync(Alice);
        await _server.SayAsync(room, Alice, "before");
        var first = await _server.SyncAsync(Bob);
        Assert.Null(first.Find("rooms"));
        await _server.JoinAsync(room, Bob);

        var answer = await _server.SyncAsync(Bob, first);

        Assert.Equal(["before"], answer.Said(room));
        Assert.Contains(answer.State(room).Concat(answer.Timeline(room)), stored => SyncAnswer.Type(stored) == "m.room.create");
    }

    [Fact]
    public async Task History_from_before_the_join_stays_hidden_where_the_room_says_so()
    {
        var room = await _server.CreateRoomAsync(Alice);
        await _server.SendAsync(room, Alice, "m.room.history_visibility", """{"history_visibility":"joined"}""", "");
        await _server.SayAsync(room, Alice, "secret");
        await _server.JoinAsync(room, Bob);
        await _server.SayAsync(room, Alice, "hello Bob");

        var answer = await _server.SyncAsync(Bob);

        Assert.Equal(["hello Bob"], answer.Said(room));
    }

    [Fact]
    public async Task The_sending_device_sees_its_transaction_ID_again()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var (alice, bob) = (await _server.SyncAsync(Alice), await _server.SyncAsync(Bob));
        await _server.SendAsync(room, Alice, "m.room.message", """{"body":"x"}""", transaction: "txn1");

        var own = (await _server.SyncAsync(Alice, alice)).Timeline(room)[0].GetProperty("unsigned");
        var others = (await _server.SyncAsync(Bob, bob)).Timeline(room)[0].GetProperty("unsigned");

        Assert.Equal("txn1", own.GetProperty("transaction_id").GetString());
        Assert.False(others.TryGetProperty("transaction_id", out _));
    }

    [Fact]
    public async Task A_waiting_sync_shows_an_event_only_once_it_is_counted()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        var waiting = _server.SyncAsync(Bob, first, wait: TimeSpan.FromMinutes(1));
        _server.Unread.Hold();
        await _server.SayAsync(room, Alice, "counted later");

        Assert.False(waiting.IsCompleted);
        _server.Unread.Counts[(Bob, room)] = new(new(1, 1), new Dictionary<Primitives.EventId, Storage.Push.UnreadCount>());
        _server.Unread.Release();
        var after = await waiting;

        Assert.Equal(["counted later"], after.Said(room));
        Assert.Equal(1, after.Joined(room)!.Value.GetProperty("unread_notifications").GetProperty("highlight_count").GetInt32());
    }

    [Fact]
    public async Task A_sync_waits_for_what_was_acknowledged_before_it_to_be_counted()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        _server.Unread.Hold();
        await _server.SayAsync(room, Alice, "acknowledged");

        var asking = _server.SyncAsync(Bob, first);
        Assert.False(asking.IsCompleted);
        _server.Unread.Release();

        Assert.Equal(["acknowledged"], (await asking).Said(room));
    }
}
