using System.Text;
using Hybrid.Federation.Requests;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Receiving;
using static Hybrid.Outbound.Tests.SendingServer;

namespace Hybrid.Outbound.Tests;

/// <summary>Servers that fail, refuse, come back; and this server's own restarts.</summary>
public sealed class OutageTests : IAsyncDisposable
{
    static readonly TimeSpan Long = TimeSpan.FromHours(2);

    readonly SendingServer _server = new();

    TestPeers.Peer One => _server.Peers["one.test"];

    [Theory]
    [InlineData(FailureKind.TimedOut, 0)]
    [InlineData(FailureKind.BadAnswer, 0)]
    [InlineData(FailureKind.Refused, 502)]
    public async Task A_transaction_whose_outcome_is_unknown_is_repeated_as_it_was(FailureKind kind, int status)
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        One.Fails(kind, status);
        await SayAsync(room, "first");
        var failed = await SoonAsync(One.FailedAsync());
        await SayAsync(room, "second");
        One.Works();

        var repeated = await _server.InTimeAsync(One.TakenAsync(), Long);
        Assert.Equal(failed.Id, repeated.Id);
        Assert.Equal(failed.Body, repeated.Body);
        var next = await SoonAsync(One.TakenAsync());
        Assert.NotEqual(failed.Id, next.Id);
        Assert.Equal(["second"], next.Said);
        await _server.LevelAsync();
    }

    [Fact]
    public async Task A_server_that_is_back_is_told_the_latest_of_each_room()
    {
        var (first, second, third) = (await _server.CreateRoomAsync(["one.test"]), await _server.CreateRoomAsync(["one.test"]), await _server.CreateRoomAsync(["one.test"]));
        await _server.StartAsync();
        await SayAsync(third, "before");
        await SoonAsync(One.TakenAsync());
        One.Fails(FailureKind.Unreachable);
        await SayAsync(first, "a1");
        await SoonAsync(One.FailedAsync());
        await SayAsync(first, ["a2", "a3"]);
        await SayAsync(second, ["b1", "b2"]);
        await _server.PassAsync(TimeSpan.FromMinutes(10));
        await SayAsync(second, "b3");
        One.Works();

        var received = await _server.InTimeAsync(One.TakenAsync(), Long);
        Assert.Equal(["a3", "b3"], received.Said.Order(StringComparer.Ordinal));
        await _server.LevelAsync();
        Assert.False(One.HasTaken);

        await SayAsync(first, "a4");
        Assert.Equal(["a4"], (await SoonAsync(One.TakenAsync())).Said);
    }

    [Fact]
    public async Task A_server_that_is_back_is_told_of_a_branch_that_was_left_behind()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        await SayAsync(room, "before");
        await SoonAsync(One.TakenAsync());
        One.Fails(FailureKind.Unreachable);
        var seen = room.Current;
        await SayAsync(room, "nobody hears it");
        await SoonAsync(One.FailedAsync());
        var memberships = _server.Get<MembershipChanges>();
        Assert.Null((await memberships.LeaveAsync(room.RoomId, Alice, MembershipTerms.None, default)).Error);
        var left = Assert.Single(room.Current.ForwardExtremities);

        // She comes back through another server, which knows nothing of all that.
        var join = _server.Get<EventTemplates>().Seal(seen, new EventProposal("m.room.member", Alice, """{"membership":"join"}"""u8.ToArray()) { StateKey = Alice.Value }).Value;
        var incoming = IncomingEvent.Read(seen.Version, seen.RoomId, EventId.Parse(join.EventId), join.Json, IncomingKind.Timeline)!;
        await room.ReceiveAsync([incoming with { StateBefore = [.. seen.State.Values.Select(static state => state.EventId)] }], afresh: true, default);
        Assert.Equal([incoming.Event.EventId], room.Current.ForwardExtremities);
        await SayAsync(room, "after");
        One.Works();

        var received = await _server.InTimeAsync(One.TakenAsync(), Long);
        Assert.Equal(["leave", "after"], received.Pdus.Select(static pdu => pdu.GetProperty("content")).Select(static content =>
            (content.TryGetProperty("membership", out var value) ? value : content.GetProperty("body")).GetString()));
        Assert.Equal(EventStanding.Accepted, (await _server.Test.Rooms.FindKnownAsync([left], default))[0].Standing);
        await _server.LevelAsync();
    }

    [Fact]
    public async Task A_dead_server_is_tried_ever_less_often_and_what_is_said_meanwhile_writes_nothing_for_it()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        One.Fails(FailureKind.Unreachable);
        await SayAsync(room, "hello");
        var tried = new List<DateTimeOffset> { (await SoonAsync(One.FailedAsync())).At };
        for (var i = 0; i < 5; i++)
            tried.Add((await _server.InTimeAsync(One.FailedAsync(), Long)).At);
        var pauses = tried.Zip(tried.Skip(1), static (before, after) => after - before).ToList();
        Assert.All(pauses.Zip(pauses.Skip(1)), static pair => Assert.True(pair.Second > pair.First));
        Assert.True(pauses[0] >= TimeSpan.FromSeconds(20));

        var owed = await OwedAsync();
        await SayAsync(room, ["more", "and more"]);
        await _server.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(owed, await OwedAsync());
        Assert.Equal(_server.Test.Hub.Current(StreamKind.Events), await _server.Store.ReadPositionAsync(default));
    }

    [Fact]
    public async Task A_server_that_makes_itself_heard_is_tried_at_once()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        One.Fails(FailureKind.Unreachable);
        await SayAsync(room, "hello");
        for (var i = 0; i < 6; i++)
            await _server.InTimeAsync(One.FailedAsync(), Long);
        One.Works();
        var now = _server.Time.GetUtcNow();

        await _server.Get<IDestinationHealth>().HeardFromAsync(ServerName.Parse("one.test"), default);

        var received = await SoonAsync(One.TakenAsync());
        Assert.Equal(["hello"], received.Said);
        Assert.Equal(now, received.At);
    }

    [Fact]
    public async Task A_server_that_refuses_is_left_alone_for_a_while_and_loses_nothing()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        One.Fails(FailureKind.Refused, 403);
        await SayAsync(room, "hello");
        var first = await SoonAsync(One.FailedAsync());
        var second = await _server.InTimeAsync(One.FailedAsync(), Long);
        Assert.True(second.At - first.At >= TimeSpan.FromSeconds(20));
        One.Works();

        Assert.Equal(["hello"], (await _server.InTimeAsync(One.TakenAsync(), Long)).Said);
        await _server.LevelAsync();
    }

    [Fact]
    public async Task Too_slow_a_server_gets_the_latest_instead_of_everything()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        var answer = new TaskCompletionSource<FederationFailure?>();
        One.Script = _ => answer.Task;
        await SayAsync(room, "first");
        await _server.UntilAsync(() => Task.FromResult(One.Count == 1));
        for (var i = 0; i < 11; i++)
            await SayAsync(room, [.. Enumerable.Repeat("flood", 50)]);
        await SayAsync(room, "last");
        await _server.UntilAsync(async () => await _server.Store.ReadPositionAsync(default) == _server.Test.Hub.Current(StreamKind.Events));
        answer.SetResult(null);

        Assert.Equal(["first"], (await SoonAsync(One.TakenAsync())).Said);
        Assert.Equal(["last"], (await SoonAsync(One.TakenAsync())).Said);
        await _server.LevelAsync();
        Assert.Equal(2, One.Count);
    }

    [Fact]
    public async Task After_a_kill_what_was_sent_and_not_written_down_is_sent_again_under_the_same_id()
    {
        var room = await _server.CreateRoomAsync(["one.test"]);
        await _server.StartAsync();
        await SayAsync(room, "hello");
        var received = await SoonAsync(One.TakenAsync());

        // No time has passed: nothing was written down since.
        await _server.RestartAsync();
        await _server.StartAsync();

        var again = await _server.InTimeAsync(One.TakenAsync(), Long);
        Assert.Equal(received.Id, again.Id);
        Assert.Equal(received.Pdus.Single().GetRawText(), again.Pdus.Single().GetRawText());
        await _server.LevelAsync();
        Assert.Equal(1, One.Count);
    }

    [Fact]
    public async Task After_a_stop_nothing_is_sent_twice()
    {
        var room = await _server.CreateRoomAsync(["one.test", "two.test"]);
        await _server.StartAsync();
        await SayAsync(room, "hello");
        await SoonAsync(One.TakenAsync());
        await SoonAsync(_server.Peers["two.test"].TakenAsync());
        await _server.StopAsync();
        await _server.RestartAsync();
        await _server.StartAsync();
        await _server.LevelAsync();

        Assert.Equal(0, _server.Peers.Count);
        var again = await _server.Get<Hybrid.Rooms.RoomRegistry>().FindAsync(room.RoomId, default);
        await SayAsync(again!, "and again");
        Assert.Equal(["and again"], (await SoonAsync(One.TakenAsync())).Said);
    }

    [Fact]
    public async Task What_a_dead_server_is_owed_survives_kills_and_is_read_from_the_log()
    {
        var room = await _server.CreateRoomAsync(["one.test", "two.test"]);
        await _server.StartAsync();
        One.Fails(FailureKind.Unreachable);
        await SayAsync(room, "first");
        await SoonAsync(One.FailedAsync());
        await SayAsync(room, "second");
        await _server.UntilAsync(async () => await _server.Store.ReadPositionAsync(default) == _server.Test.Hub.Current(StreamKind.Events));

        await _server.RestartAsync();
        One.Fails(FailureKind.Unreachable);
        await _server.StartAsync();
        await _server.PassAsync(TimeSpan.FromMinutes(1));
        One.Works();

        Assert.Equal(["second"], (await _server.InTimeAsync(One.TakenAsync(), Long)).Said);
        await _server.LevelAsync();
        Assert.Equal(0, _server.Peers["two.test"].Count);
    }

    [Fact]
    public async Task A_server_whose_users_were_all_sent_away_hears_of_that_and_of_nothing_else()
    {
        var room = await _server.CreateRoomAsync(["one.test", "two.test"]);
        await _server.StartAsync();
        One.Fails(FailureKind.Unreachable);
        await SayAsync(room, "hello");
        await SoonAsync(One.FailedAsync());
        var changes = _server.Get<MembershipChanges>();
        Assert.Null((await changes.KickAsync(room.RoomId, Alice, UserId.Parse("@user:one.test"), MembershipTerms.None, default)).Error);
        await SayAsync(room, "not for them");
        await _server.PassAsync(TimeSpan.FromSeconds(1));
        One.Works();

        var received = await _server.InTimeAsync(One.TakenAsync(), Long);
        Assert.Equal("leave", Assert.Single(received.Pdus).GetProperty("content").GetProperty("membership").GetString());
        Assert.DoesNotContain("not for them", Encoding.UTF8.GetString(received.Body), StringComparison.Ordinal);
        await _server.LevelAsync();
    }

    [Fact]
    public async Task A_server_that_left_every_shared_room_is_not_bothered()
    {
        var room = await _server.CreateRoomAsync(["one.test", "two.test"]);
        await _server.StartAsync();
        One.Fails(FailureKind.Unreachable);
        await SayAsync(room, "hello");
        await SoonAsync(One.FailedAsync());
        Assert.Null((await _server.Get<MembershipChanges>().LeaveAsync(room.RoomId, UserId.Parse("@user:one.test"), MembershipTerms.None, default)).Error);
        One.Works();

        await _server.LevelAsync();
        Assert.Equal(1, One.Count);
        Assert.Equal(0, _server.Sender.DestinationCount);
    }

    [Fact]
    public async Task At_the_start_servers_that_are_owed_something_are_taken_up_one_after_the_other()
    {
        var servers = Enumerable.Range(0, 200).Select(static i => $"s{i}.test").ToArray();
        var room = await _server.CreateRoomAsync(servers);
        await _server.StartAsync();
        foreach (var server in servers)
            _server.Peers[server].Fails(FailureKind.Refused, 403);
        await SayAsync(room, "hello");
        foreach (var server in servers)
            await SoonAsync(_server.Peers[server].FailedAsync());
        await _server.StopAsync();
        await _server.RestartAsync();
        await _server.StartAsync();

        await _server.PassAsync(TimeSpan.FromSeconds(2));
        Assert.InRange(_server.Peers.Count, 0, 100);
        foreach (var server in servers)
            Assert.Equal(["hello"], (await _server.InTimeAsync(_server.Peers[server].TakenAsync(), Long)).Said);
        await _server.LevelAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    async Task<long?> OwedAsync() => (await _server.Store.ReadOwedAsync(ServerName.Parse("one.test"), default)).SingleOrDefault()?.From;
}
