using Hybrid.Ephemeral.Presence;
using Hybrid.Storage.Receipts;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

public sealed class EphemeralTests : IDisposable
{
    static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Typing_wakes_the_room_and_stops_by_itself()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var first = await _server.SyncAsync(Bob);
        var waiting = _server.SyncAsync(Bob, first, wait: Wait);
        _server.Typing.Set(room, Alice, TimeSpan.FromSeconds(5));
        var typing = await waiting;
        var stopping = _server.SyncAsync(Bob, typing, wait: Wait);
        _server.Time.Advance(TimeSpan.FromSeconds(5));
        var stopped = await stopping;

        Assert.Equal([Alice.Value], Typers(typing));
        Assert.Empty(Typers(stopped));

        string[] Typers(SyncAnswer answer) => answer.Events("rooms", "join", room.Value, "ephemeral")
            .Where(stored => SyncAnswer.Type(stored) == "m.typing")
            .Select(stored => stored.GetProperty("content").GetProperty("user_ids").EnumerateArray().Select(user => user.GetString()!).ToArray())
            .Single();
    }

    [Fact]
    public async Task A_receipt_reaches_the_room_and_a_private_one_only_its_owner()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var said = await _server.SayAsync(room, Alice, "x");
        var (alice, bob) = (await _server.SyncAsync(Alice), await _server.SyncAsync(Bob));
        await _server.ReadAsync(room, Bob, said, ReceiptTypes.ReadPrivate);

        Assert.Null((await _server.SyncAsync(Alice, alice)).Find("rooms"));
        var own = Assert.Single((await _server.SyncAsync(Bob, bob)).Events("rooms", "join", room.Value, "ephemeral"));
        Assert.True(own.GetProperty("content").GetProperty(said.Value).GetProperty("m.read.private").TryGetProperty(Bob.Value, out _));

        await _server.ReadAsync(room, Bob, said);

        var seen = Assert.Single((await _server.SyncAsync(Alice, alice)).Events("rooms", "join", room.Value, "ephemeral"));
        Assert.Equal(
            _server.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            seen.GetProperty("content").GetProperty(said.Value).GetProperty("m.read").GetProperty(Bob.Value).GetProperty("ts").GetInt64());
    }

    [Fact]
    public async Task Receipts_in_threads_and_outside_stand_side_by_side()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob);
        var said = await _server.SayAsync(room, Alice, "x");
        var first = await _server.SyncAsync(Alice);
        await _server.ReadAsync(room, Bob, said);
        await _server.ReadAsync(room, Bob, said, thread: "main");

        var events = (await _server.SyncAsync(Alice, first)).Events("rooms", "join", room.Value, "ephemeral");

        var threads = events.Select(stored => stored.GetProperty("content").GetProperty(said.Value).GetProperty("m.read").GetProperty(Bob.Value))
            .Select(receipt => receipt.TryGetProperty("thread_id", out var thread) ? thread.GetString() : null);
        Assert.Equal([null, "main"], threads);
    }

    [Fact]
    public async Task The_fully_read_marker_is_room_account_data_and_never_moves_back()
    {
        var room = await _server.CreateRoomAsync(Alice);
        var (one, two) = (await _server.SayAsync(room, Alice, "1"), await _server.SayAsync(room, Alice, "2"));
        var first = await _server.SyncAsync(Alice);
        await _server.ReadAsync(room, Alice, two, ReceiptTypes.FullyRead);
        await _server.ReadAsync(room, Alice, one, ReceiptTypes.FullyRead);

        var marker = Assert.Single((await _server.SyncAsync(Alice, first)).Events("rooms", "join", room.Value, "account_data"));

        Assert.Equal(two.Value, marker.GetProperty("content").GetProperty("event_id").GetString());
    }

    [Fact]
    public async Task Presence_reaches_those_who_share_a_room()
    {
        await _server.CreateRoomAsync(Alice, Bob);
        var (bob, carol) = (await _server.SyncAsync(Bob), await _server.SyncAsync(Carol));
        var waiting = _server.SyncAsync(Bob, bob, wait: Wait);
        await _server.Presence.SetAsync(Alice, null, Availability.Online, "busy", default);

        var seen = Assert.Single((await waiting).Events("presence"));

        Assert.Equal(Alice.Value, seen.GetProperty("sender").GetString());
        Assert.Equal("online", seen.GetProperty("content").GetProperty("presence").GetString());
        Assert.Equal("busy", seen.GetProperty("content").GetProperty("status_msg").GetString());
        Assert.True(seen.GetProperty("content").GetProperty("currently_active").GetBoolean());
        Assert.Null((await _server.SyncAsync(Carol, carol)).Find("presence"));
    }

    [Fact]
    public async Task Someone_who_joins_learns_who_is_online()
    {
        var room = await _server.CreateRoomAsync(Alice);
        await _server.Presence.SetAsync(Alice, null, Availability.Online, null, default);
        var first = await _server.SyncAsync(Bob);
        await _server.JoinAsync(room, Bob);

        Assert.Equal(Alice.Value, Assert.Single((await _server.SyncAsync(Bob, first)).Events("presence")).GetProperty("sender").GetString());
    }
}
