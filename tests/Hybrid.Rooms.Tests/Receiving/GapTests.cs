using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Tests.Maintenance;
using static Hybrid.Tests.Shared.TestRoom;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Tests.Receiving;

/// <summary>Events whose predecessors are missing, and these when they come after all.</summary>
public sealed class GapTests : IDisposable
{
    readonly RoomServer _server = new();
    readonly Peer _peer;

    public GapTests() => _peer = new Peer("far.test", _server.Time);

    public void Dispose()
    {
        _peer.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task What_fills_a_gap_is_no_end_and_neither_is_what_it_follows()
    {
        var room = await JoinedRoomAsync();
        var first = _peer.Says(room.Current, "first");
        var second = Follows(room, first);
        var third = Follows(room, second) with { StateBefore = StateOf(room) };
        await ReceiveAsync(room, third);

        // By itself nothing says that the first is followed by anything.
        await ReceiveAsync(room, first);
        Assert.Equal([third.Event.EventId, first.Event.EventId], room.Current.ForwardExtremities);

        await ReceiveAsync(room, second);
        Assert.Equal([third.Event.EventId], room.Current.ForwardExtremities);
        Assert.Empty(await _server.Test.Rooms.ReadGapsAsync(room.RoomId, default));
    }

    [Fact]
    public async Task What_comes_together_with_what_fills_a_gap_is_no_end_either()
    {
        var room = await JoinedRoomAsync();
        var first = _peer.Says(room.Current, "first");
        var second = Follows(room, first);
        var third = Follows(room, second) with { StateBefore = StateOf(room) };
        await ReceiveAsync(room, third);

        Assert.All(await ReceiveAsync(room, first, second), static receipt => Assert.Equal(ReceiptOutcome.Accepted, receipt.Outcome));

        Assert.Equal([third.Event.EventId], room.Current.ForwardExtremities);
        Assert.NotNull(await _server.Test.Rooms.FindEventAsync(first.Event.EventId, default));
    }

    [Fact]
    public async Task State_that_was_replaced_does_not_come_back_with_what_fills_a_gap()
    {
        var room = await JoinedRoomAsync();
        await RoomServer.SetAsync(room, "m.room.power_levels", "{\"users\":{\"" + _peer.User + "\":50}}");
        var seen = room.Current;
        var old = _peer.Makes(seen, "m.room.topic", """{"topic":"old"}""", "");
        var between = Follows(room, old);
        await RoomServer.SayAsync(room);
        var late = Follows(room, between) with { StateBefore = StateOf(room) };
        await ReceiveAsync(room, late);
        await RoomServer.SayAsync(room);
        var before = room.Current;
        Assert.Null(before.Find("m.room.topic"));

        await ReceiveAsync(room, old, between);

        Assert.Equal(before.StateRoot, room.Current.StateRoot);
        Assert.Equal(before.ForwardExtremities, room.Current.ForwardExtremities);
    }

    [Fact]
    public async Task What_somebody_said_before_leaving_is_there_though_it_comes_after_the_leave()
    {
        var room = await JoinedRoomAsync();
        var seen = room.Current;
        var said = _peer.Says(seen, "bye");
        var member = $$"""
            {"auth_events":[{{string.Join(',', Authorizing(seen).Select(static id => $"\"{id}\""))}}],"prev_events":["{{said.Event.EventId}}"],"depth":9,
             "origin_server_ts":{{_server.Time.GetUtcNow().AddSeconds(1).ToUnixTimeMilliseconds()}},"content":{"membership":"leave"},"room_id":"{{room.RoomId}}","sender":"{{_peer.User}}","state_key":"{{_peer.User}}","type":"m.room.member"}
            """;
        await ReceiveAsync(room, _peer.Signs(seen, member) with { StateBefore = StateOf(room) });
        Assert.False(room.Current.IsJoined(_peer.User));

        Assert.Equal(ReceiptOutcome.Accepted, Assert.Single(await ReceiveAsync(room, said)).Outcome);
        Assert.False(room.Current.IsJoined(_peer.User));
    }

    [Fact]
    public async Task Who_joined_behind_a_gap_may_speak()
    {
        var room = await JoinedRoomAsync();
        using var other = new Peer("other.test", _server.Time);
        var join = other.Joins(room.Current);
        var lost = EventId.Parse("$" + new string('l', 43));
        EventId[] authorizing = [room.Current.Find("m.room.power_levels")!.EventId, join.Event.EventId];
        var said = other.Forges(room.Current, "m.room.message", [lost], authorizing) with { StateBefore = [.. StateOf(room), join.Event.EventId] };

        var receipts = await ReceiveAsync(room, join with { Kind = IncomingKind.Outlier }, said);

        Assert.Equal(ReceiptOutcome.Accepted, receipts[1].Outcome);
        Assert.True(room.Current.IsJoined(other.User));
    }

    [Fact]
    public async Task Who_was_banned_here_may_not_speak_from_behind_a_gap()
    {
        var room = await JoinedRoomAsync();
        var seen = room.Current;
        var told = StateOf(room);
        Assert.Null((await _server.Get<MembershipChanges>().BanAsync(room.RoomId, Alice, _peer.User, MembershipTerms.None, default)).Error);
        var lost = EventId.Parse("$" + new string('l', 43));
        var said = _peer.Forges(seen, "m.room.message", [lost], Authorizing(seen)) with { StateBefore = told };

        Assert.Equal(ReceiptOutcome.SoftFailed, Assert.Single(await ReceiveAsync(room, said)).Outcome);
    }

    IncomingEvent Follows(Room room, IncomingEvent before) => _peer.Forges(room.Current, "m.room.message", [before.Event.EventId], Authorizing(room.Current));

    EventId[] Authorizing(RoomSnapshot room) =>
        [room.Find("m.room.power_levels")!.EventId, room.State[new StateKey("m.room.member", _peer.User.Value)].EventId];

    static EventId[] StateOf(Room room) => [.. room.Current.State.Values.Select(static state => state.EventId)];

    async Task<Room> JoinedRoomAsync()
    {
        var room = await _server.CreateRoomAsync();
        await ReceiveAsync(room, _peer.Joins(room.Current));
        return room;
    }

    static async Task<Receipt[]> ReceiveAsync(Room room, params IncomingEvent[] events) => (await room.ReceiveAsync(events, afresh: false, default)).Value;
}
