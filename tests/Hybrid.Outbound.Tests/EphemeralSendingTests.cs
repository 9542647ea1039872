using System.Globalization;
using System.Text;
using System.Text.Json;
using Hybrid.Ephemeral.Presence;
using Hybrid.Ephemeral.Receipts;
using Hybrid.Ephemeral.Typing;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using static Hybrid.Outbound.Tests.SendingServer;

namespace Hybrid.Outbound.Tests;

/// <summary>Typing, receipts and presence on their way to other servers.</summary>
public sealed class EphemeralSendingTests : IAsyncDisposable
{
    static readonly TimeSpan Long = TimeSpan.FromHours(2);

    readonly SendingServer _server = EphemeralServer.Create();

    TestPeers.Peer One => _server.Peers["one.test"];

    [Fact]
    public async Task Who_begins_and_stops_to_type_is_told()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();

        Typing.Set(room.RoomId, Alice, TimeSpan.FromSeconds(30));
        var begun = (await SoonAsync(One.TakenAsync())).OnlyEdu("m.typing");
        Assert.Equal(room.RoomId.Value, begun.GetProperty("room_id").GetString());
        Assert.Equal(Alice.Value, begun.GetProperty("user_id").GetString());
        Assert.True(begun.GetProperty("typing").GetBoolean());

        Typing.Set(room.RoomId, Alice, TimeSpan.Zero);
        Assert.False((await SoonAsync(One.TakenAsync())).OnlyEdu("m.typing").GetProperty("typing").GetBoolean());
    }

    [Fact]
    public async Task Typing_is_repeated_while_it_lasts_under_new_ids()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        Typing.Set(room.RoomId, Alice, TypingTracker.MaxTimeout);
        var first = await SoonAsync(One.TakenAsync());

        var second = await _server.InTimeAsync(One.TakenAsync(), TimeSpan.FromSeconds(60));
        Assert.True(second.OnlyEdu("m.typing").GetProperty("typing").GetBoolean());
        Assert.NotEqual(first.Id, second.Id);
        Assert.True(second.At - first.At >= TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task Users_of_other_servers_are_not_spoken_for()
    {
        var room = await _server.CreateRoomAsync(["one.test", "two.test"]);
        await _server.StartAsync();
        Typing.Set(room.RoomId, UserId.Parse("@user:one.test"), TimeSpan.FromSeconds(30));
        await _server.Get<PresenceTracker>().SetRemoteAsync(
            new PresenceState(UserId.Parse("@user:one.test"), Availability.Online, null, 1, CurrentlyActive: true), default);
        var said = await SayAsync(room, "hello");
        await SoonAsync(One.TakenAsync());
        await _server.Get<ReceiptService>().TrySetRemoteAsync(room.RoomId, UserId.Parse("@user:one.test"), said.EventId, null, 1, default);

        await _server.PassAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(1, One.Count);
        Assert.Equal(1, _server.Peers["two.test"].Count);
    }

    [Fact]
    public async Task What_happens_while_a_server_is_busy_is_coalesced()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var answer = new TaskCompletionSource<FederationFailure?>();
        One.Script = _ => answer.Task;
        Typing.Set(room.RoomId, Alice, TypingTracker.MaxTimeout);
        await _server.UntilAsync(() => Task.FromResult(One.Count == 1));
        var texts = new List<EventId>();
        for (var i = 0; i < 3; i++)
        {
            texts.Add((await SayAsync(room, i.ToString(CultureInfo.InvariantCulture))).EventId);
            await ReadAsync(room, texts[^1]);
            Typing.Set(room.RoomId, Alice, TimeSpan.Zero);
            Typing.Set(room.RoomId, Alice, TypingTracker.MaxTimeout);
        }

        Typing.Set(room.RoomId, Alice, TimeSpan.Zero);
        await _server.PassAsync(TimeSpan.FromSeconds(10));
        answer.SetResult(null);
        await SoonAsync(One.TakenAsync());
        var received = await SoonAsync(One.TakenAsync());

        Assert.Equal(["0", "1", "2"], received.Said);
        Assert.Equal(["m.receipt", "m.typing"], received.Edus.Select(static edu => edu.GetProperty("edu_type").GetString()));
        Assert.False(received.Edus[1].GetProperty("content").GetProperty("typing").GetBoolean());
        var receipt = received.Edus[0].GetProperty("content").GetProperty(room.RoomId.Value).GetProperty("m.read").GetProperty(Alice.Value);
        Assert.Equal(texts[2].Value, Assert.Single(receipt.GetProperty("event_ids").EnumerateArray()).GetString());
        await _server.LevelAsync();
        Assert.Equal(2, One.Count);
    }

    [Fact]
    public async Task Receipts_of_threads_and_of_several_users_share_what_they_can()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.JoinAsync(room.RoomId, Bob);
        var said = await SayAsync(room, "root");
        await _server.StartAsync();
        var answer = new TaskCompletionSource<FederationFailure?>();
        One.Script = _ => answer.Task;
        Typing.Set(room.RoomId, Alice, TimeSpan.FromSeconds(20));
        await _server.UntilAsync(() => Task.FromResult(One.Count == 1));
        await ReadAsync(room, said.EventId);
        await ReadAsync(room, said.EventId, thread: "main");
        await ReadAsync(room, said.EventId, Bob);
        await ReadAsync(room, said.EventId, Bob, type: "m.read.private");
        Typing.Set(room.RoomId, Alice, TimeSpan.Zero);
        await _server.PassAsync(TimeSpan.FromSeconds(5));
        answer.SetResult(null);
        await SoonAsync(One.TakenAsync());

        var receipts = (await SoonAsync(One.TakenAsync())).Edus.Where(static edu => edu.GetProperty("edu_type").GetString() == "m.receipt")
            .Select(edu => edu.GetProperty("content").GetProperty(room.RoomId.Value).GetProperty("m.read")).ToList();
        Assert.Equal(2, receipts.Count);
        Assert.Equal([Alice.Value, Bob.Value], receipts[0].EnumerateObject().Select(static user => user.Name).Order(StringComparer.Ordinal));
        Assert.False(receipts[0].GetProperty(Alice.Value).GetProperty("data").TryGetProperty("thread_id", out _));
        Assert.Equal(
            _server.Time.GetUtcNow().ToUnixTimeMilliseconds(), receipts[0].GetProperty(Bob.Value).GetProperty("data").GetProperty("ts").GetInt64(), 10_000d);
        Assert.Equal("main", Assert.Single(receipts[1].EnumerateObject()).Value.GetProperty("data").GetProperty("thread_id").GetString());
    }

    [Fact]
    public async Task Private_receipts_never_leave()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var said = await SayAsync(room, "hello");
        await SoonAsync(One.TakenAsync());
        await ReadAsync(room, said.EventId, type: "m.read.private");
        await _server.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(1, One.Count);

        await ReadAsync(room, said.EventId);
        Assert.Contains(Alice.Value, (await SoonAsync(One.TakenAsync())).OnlyEdu("m.receipt").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receipts_in_a_room_of_many_servers_are_gathered()
    {
        var servers = Enumerable.Range(0, 150).Select(static i => $"s{i.ToString(CultureInfo.InvariantCulture)}.test").ToArray();
        var room = await _server.CreateRoomAsync(servers);
        var said = (await SayAsync(room, ["1", "2", "3", "4"])).Select(static stored => stored.EventId).ToList();
        await _server.StartAsync();
        var peer = _server.Peers["s0.test"];
        await ReadAsync(room, said[0]);
        // The clock stands until all are read: what is gathered is what is read in the time that the first has taken up.
        Assert.Contains(said[0].Value, (await SoonAsync(peer.TakenAsync())).OnlyEdu("m.receipt").GetRawText(), StringComparison.Ordinal);
        foreach (var eventId in said.Skip(1))
            await ReadAsync(room, eventId);

        Assert.Contains(said[3].Value, (await _server.InTimeAsync(peer.TakenAsync(), Long)).OnlyEdu("m.receipt").GetRawText(), StringComparison.Ordinal);
        await _server.LevelAsync();
        Assert.Equal(2, peer.Count);
    }

    [Fact]
    public async Task Presence_goes_to_servers_that_share_a_room_and_only_so_often()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var presence = _server.Get<PresenceTracker>();
        await presence.SetAsync(Alice, null, Availability.Online, "here", default);
        var first = await SoonAsync(One.TakenAsync());
        var push = Assert.Single(first.OnlyEdu("m.presence").GetProperty("push").EnumerateArray());
        Assert.Equal(Alice.Value, push.GetProperty("user_id").GetString());
        Assert.Equal("online", push.GetProperty("presence").GetString());
        Assert.Equal("here", push.GetProperty("status_msg").GetString());
        Assert.True(push.GetProperty("currently_active").GetBoolean());
        Assert.Equal(0, push.GetProperty("last_active_ago").GetInt64());

        foreach (var message in (string[])["a", "b", "c"])
            await presence.SetAsync(Alice, null, Availability.Unavailable, message, default);
        await presence.SetAsync(Bob, null, Availability.Online, null, default);
        var second = await _server.InTimeAsync(One.TakenAsync(), Long);
        Assert.Equal("c", Assert.Single(second.OnlyEdu("m.presence").GetProperty("push").EnumerateArray()).GetProperty("status_msg").GetString());
        Assert.True(second.At - first.At >= TimeSpan.FromSeconds(10));
        Assert.Equal(2, One.Count);
        GC.KeepAlive(room);
    }

    [Fact]
    public async Task A_server_that_comes_into_a_room_is_told_who_is_there()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.JoinAsync(room.RoomId, Bob);
        await _server.StartAsync();
        await _server.Get<PresenceTracker>().SetAsync(Alice, null, Availability.Online, null, default);
        (await SoonAsync(One.TakenAsync())).OnlyEdu("m.presence");

        await _server.JoinAsync(room.RoomId, UserId.Parse("@user:two.test"));
        var push = (await SoonAsync(_server.Peers["two.test"].TakenAsync())).OnlyEdu("m.presence").GetProperty("push");
        Assert.Equal(Alice.Value, Assert.Single(push.EnumerateArray()).GetProperty("user_id").GetString());
    }

    [Fact]
    public async Task Presence_is_repeated_before_others_take_it_to_have_ended()
    {
        await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var presence = _server.Get<PresenceTracker>();
        using var sync = await presence.BeginSyncAsync(Alice, DeviceId.Parse("A"), Availability.Unavailable, default);
        var first = await SoonAsync(One.TakenAsync());
        var second = await _server.InTimeAsync(One.TakenAsync(), PresenceTracker.RemoteSilence);
        Assert.Equal(PushOf(first).GetProperty("presence").GetString(), PushOf(second).GetProperty("presence").GetString());

        static JsonElement PushOf(ReceivedTransaction received) => received.OnlyEdu("m.presence").GetProperty("push")[0];
    }

    [Fact]
    public async Task A_server_that_does_not_answer_misses_what_is_volatile()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        One.Fails(FailureKind.Unreachable);
        Typing.Set(room.RoomId, Alice, TimeSpan.FromSeconds(20));
        await SoonAsync(One.FailedAsync());
        var said = await SayAsync(room, "hello");
        await ReadAsync(room, said.EventId);
        Typing.Set(room.RoomId, Alice, TimeSpan.Zero);
        await _server.PassAsync(TimeSpan.FromSeconds(5));
        One.Works();

        var received = await _server.InTimeAsync(One.TakenAsync(), Long);
        Assert.Equal(["hello"], received.Said);
        Assert.Empty(received.Edus);
        await _server.LevelAsync();
        Assert.DoesNotContain("m.typing", Encoding.UTF8.GetString(received.Body), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    TypingTracker Typing => _server.Get<TypingTracker>();

    async Task ReadAsync(Room room, EventId eventId, UserId? user = null, string? thread = null, string type = "m.read") =>
        Assert.Null((await _server.Get<ReceiptService>().SetAsync(room.RoomId, user ?? Alice, type, eventId, thread, default)).Error);
}
