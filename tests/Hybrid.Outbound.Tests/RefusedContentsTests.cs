using System.Globalization;
using Hybrid.Ephemeral.Typing;
using Hybrid.Federation.Requests;
using Hybrid.Rooms;
using static Hybrid.Outbound.Tests.SendingServer;

namespace Hybrid.Outbound.Tests;

/// <summary>Servers that refuse whole transactions because of something in them.</summary>
public sealed class RefusedContentsTests : IAsyncDisposable
{
    static readonly TimeSpan Long = TimeSpan.FromHours(2);

    readonly SendingServer _server = EphemeralServer.Create();

    TestPeers.Peer One => _server.Peers["one.test"];

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(39)]
    public async Task One_event_that_is_refused_holds_up_no_other(int place)
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var texts = Texts(40);
        texts[place] = "bad";
        var begun = _server.Time.GetUtcNow();
        RefuseIf(static received => received.Said.Contains("bad"));
        await SayAsync(room, texts);

        Assert.Equal(texts.Where(static text => text != "bad"), await SaidAsync(39));
        await SayAsync(room, "after");
        Assert.Equal(["after"], await SaidAsync(1));
        Assert.Equal(begun, _server.Time.GetUtcNow());
        await _server.LevelAsync();
    }

    [Fact]
    public async Task An_event_that_is_refused_alone_is_not_sent_again()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        RefuseIf(static received => received.Said.Contains("bad"));
        await SayAsync(room, "bad");
        await SoonAsync(One.FailedAsync());

        var empty = await SoonAsync(One.TakenAsync());
        Assert.Empty(empty.Pdus);
        Assert.Empty(empty.Edus);
        await _server.LevelAsync();
        await _server.StopAsync();
        await _server.RestartAsync();
        await _server.StartAsync();
        await _server.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, One.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(418)]
    public async Task A_server_that_refuses_everything_loses_nothing_and_costs_two_requests_at_a_time(int status)
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        One.Fails(FailureKind.Refused, status);
        await SayAsync(room, ["one", "two", "three"]);
        var tried = new List<DateTimeOffset>();
        for (var i = 0; i < 4; i++)
        {
            tried.Add((await _server.InTimeAsync(One.FailedAsync(), Long)).At);
            Assert.Empty((await SoonAsync(One.FailedAsync())).Pdus);
        }

        var pauses = tried.Zip(tried.Skip(1), static (before, after) => after - before).ToList();
        Assert.All(pauses.Zip(pauses.Skip(1)), static pair => Assert.True(pair.Second > pair.First));
        Assert.Equal(8, One.Count);
        One.Works();
        Assert.Equal(["three"], (await _server.InTimeAsync(One.TakenAsync(), Long)).Said);
        await _server.LevelAsync();
    }

    [Fact]
    public async Task A_server_that_takes_empty_transactions_alone_loses_one_event_for_each_ever_longer_pause()
    {
        var rooms = new List<Room>();
        for (var i = 0; i < 10; i++)
            rooms.Add(await _server.CreateRoomAsync(["one.test"]));
        await _server.StartAsync();
        RefuseIf(static received => received.Pdus.Count > 0);
        for (var i = 0; i < 10; i++)
            await SayAsync(rooms[i], ["early", $"latest {i}"]);

        // The first costs nothing; after the others come half a minute, a minute, two, four and eight.
        await _server.PassAsync(TimeSpan.FromMinutes(10));
        One.Works();
        var told = new HashSet<string>();
        while (!Enumerable.Range(6, 4).All(i => told.Contains($"latest {i}")))
            told.UnionWith((await _server.InTimeAsync(One.TakenAsync(), Long)).Said);
        await _server.LevelAsync();
    }

    [Fact]
    public async Task Several_events_that_are_refused_one_after_the_other_hold_up_the_others_for_a_while_only()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        Room[] others = [await _server.CreateRoomAsync(["one.test"]), await _server.CreateRoomAsync(["one.test"]), await _server.CreateRoomAsync(["one.test"])];
        await _server.StartAsync();
        RefuseIf(static received => received.Said.Contains("bad"));
        for (var i = 0; i < 2; i++)
        {
            await SayAsync(room, "bad");
            await SoonAsync(One.FailedAsync());
            Assert.Empty((await SoonAsync(One.TakenAsync())).Pdus);
        }

        foreach (var (other, text) in others.Zip((string[])["bad", "bad", "good"]))
            await SayAsync(other, text);
        Assert.Equal(["good"], await _server.InTimeAsync(SaidAsync(1), Long));
        await _server.LevelAsync();
    }

    [Fact]
    public async Task An_edu_that_is_refused_holds_up_neither_events_nor_other_edus()
    {
        var (room, other) = (await _server.CreateRoomAsync(["one.test"]), await _server.CreateRoomAsync(["one.test"]));
        await _server.StartAsync();
        var texts = Texts(5);
        var answer = new TaskCompletionSource<FederationFailure?>();
        One.Script = _ => answer.Task;
        await SayAsync(room, "first");
        await _server.UntilAsync(() => Task.FromResult(One.Count == 1));
        _server.Get<TypingTracker>().Set(room.RoomId, Alice, TimeSpan.FromSeconds(60));
        _server.Get<TypingTracker>().Set(other.RoomId, Alice, TimeSpan.FromSeconds(60));
        await SayAsync(room, texts);
        await _server.PassAsync(TimeSpan.FromSeconds(1));
        RefuseIf(received => received.Edus.Any(edu => edu.GetProperty("content").GetProperty("room_id").GetString() == room.RoomId.Value));
        answer.SetResult(null);
        await SoonAsync(One.TakenAsync());

        var (said, typing) = (new List<string>(), new List<string?>());
        while (said.Count < 5 || typing.Count < 1)
        {
            var received = await _server.InTimeAsync(One.TakenAsync(), Long);
            said.AddRange(received.Said);
            typing.AddRange(received.Edus.Select(static edu => edu.GetProperty("content").GetProperty("room_id").GetString()));
        }

        Assert.Equal(texts, said);
        Assert.Equal([other.RoomId.Value], typing.Distinct());
    }

    [Fact]
    public async Task A_server_that_takes_little_at_a_time_gets_everything_in_order()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var texts = Texts(120);
        RefuseIf(static received => received.Pdus.Count > 7, 413);
        await SayAsync(room, texts);

        Assert.Equal(texts, await SaidAsync(120));
        await _server.LevelAsync();
    }

    [Fact]
    public async Task A_server_that_was_away_is_told_of_the_other_rooms_when_it_refuses_the_event_of_one()
    {
        Room[] rooms = [await _server.CreateRoomAsync(["one.test"]), await _server.CreateRoomAsync(["one.test"]), await _server.CreateRoomAsync(["one.test"])];
        await _server.StartAsync();
        One.Fails(FailureKind.Unreachable);
        await SayAsync(rooms[0], "a");
        await SoonAsync(One.FailedAsync());
        await SayAsync(rooms[1], "bad");
        await SayAsync(rooms[2], "c");
        await _server.PassAsync(TimeSpan.FromSeconds(2));
        RefuseIf(static received => received.Said.Contains("bad"));

        List<string> said = [];
        while (said.Count < 2)
            said.AddRange((await _server.InTimeAsync(One.TakenAsync(), Long)).Said);
        Assert.Equal(["a", "c"], said.Order(StringComparer.Ordinal));
        await _server.LevelAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    void RefuseIf(Func<ReceivedTransaction, bool> isRefused, int status = 400) => One.Script = received => Task.FromResult(
        isRefused(received) ? new FederationFailure(received.Server, FailureKind.Refused, "not that") { Status = status, ErrorCode = "M_BAD_JSON" } : null);

    static List<string> Texts(int count) => [.. Enumerable.Range(0, count).Select(static i => i.ToString(CultureInfo.InvariantCulture))];

    async Task<List<string>> SaidAsync(int count)
    {
        List<string> said = [];
        while (said.Count < count)
            said.AddRange((await SoonAsync(One.TakenAsync())).Said);
        return said;
    }
}
