using System.Text.Json;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Tests.Maintenance;
using Hybrid.Storage.Rooms;
using static Hybrid.Tests.Shared.TestRoom;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Tests.Receiving;

public sealed class ReceptionTests : IDisposable
{
    readonly RoomServer _server = new();
    readonly Peer _peer;

    public ReceptionTests() => _peer = new Peer("far.test", _server.Time);

    public void Dispose()
    {
        _peer.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task A_join_of_another_server_makes_its_user_a_member_here_and_after_a_restart()
    {
        var room = await JoinedRoomAsync();

        Assert.True(room.Current.IsJoined(_peer.User));
        Assert.True(room.Current.HasMemberOf(_peer.Server));
        _server.Restart();
        var again = (await _server.Get<RoomRegistry>().FindAsync(room.RoomId, default))!;
        Assert.True(again.Current.IsJoined(_peer.User));
        Assert.Equal(room.Current.ForwardExtremities, again.Current.ForwardExtremities);
        Assert.Equal(room.Current.StateRoot, again.Current.StateRoot);
    }

    // In version 1 what only one side has is no conflict; the resolution of the others names it itself.
    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    [InlineData("12")]
    public async Task A_room_that_forks_keeps_both_ends_until_an_event_ties_them(string version)
    {
        var room = await JoinedRoomAsync(version);
        var seen = room.Current;
        var topic = await RoomServer.SetAsync(room, "m.room.topic", """{"topic":"said here"}""");
        var said = _peer.Says(seen, "said there");

        Assert.Equal(ReceiptOutcome.Accepted, Assert.Single(await ReceiveAsync(room, said)).Outcome);

        Assert.Equal([topic.EventId, said.Event.EventId], room.Current.ForwardExtremities);
        Assert.Equal(topic.EventId, room.Current.Find("m.room.topic")!.EventId);
        Assert.Equal(seen.StateRoot, (await FindKnownAsync(said)).StateBefore);
        var tied = Assert.Single(await RoomServer.SayAsync(room));
        Assert.Equal([tied.EventId], room.Current.ForwardExtremities);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_sides_that_set_the_same_state_agree_whatever_comes_first(bool hereFirst)
    {
        var room = await JoinedRoomAsync();
        await RoomServer.SetAsync(room, "m.room.power_levels", "{\"users\":{\"" + _peer.User + "\":50}}");
        var seen = room.Current;
        var (here, there) = hereFirst ? (await SetHereAsync(), SetThere()) : Swapped(SetThere(), await SetHereAsync());
        await ReceiveAsync(room, there);

        // The later of two by the clocks of their servers holds (state resolution v2, "mainline ordering").
        var winner = hereFirst ? there.Event.EventId : here.EventId;
        Assert.Equal(winner, room.Current.Find("m.room.topic")!.EventId);
        var stored = await _server.Test.Rooms.ReadStateEntryAtAsync(room.RoomId, "m.room.topic", "", room.Current.LatestPosition, default);
        Assert.Equal(winner, stored!.EventId);

        async Task<StoredEvent> SetHereAsync()
        {
            _server.Time.Advance(TimeSpan.FromSeconds(1));
            return await RoomServer.SetAsync(room, "m.room.topic", """{"topic":"here"}""");
        }

        IncomingEvent SetThere()
        {
            _server.Time.Advance(TimeSpan.FromSeconds(1));
            return _peer.Makes(seen, "m.room.topic", """{"topic":"there"}""", "");
        }

        static (StoredEvent Here, IncomingEvent There) Swapped(IncomingEvent there, StoredEvent here) => (here, there);
    }

    [Fact]
    public async Task What_is_missing_before_a_soft_failed_event_is_history_once_an_accepted_one_follows_it()
    {
        var room = await JoinedRoomAsync();
        var seen = room.Current;
        var (lost, authorizing) = (EventId.Parse("$" + new string('l', 43)), new[] { PowerLevels(room), MemberOf(room) });
        var memberships = _server.Get<MembershipChanges>();
        Assert.Null((await memberships.BanAsync(room.RoomId, Alice, _peer.User, MembershipTerms.None, default)).Error);
        var said = _peer.Forges(seen, "m.room.message", [lost], authorizing) with { StateBefore = [.. seen.State.Values.Select(static state => state.EventId)] };
        Assert.Equal(ReceiptOutcome.SoftFailed, Assert.Single(await ReceiveAsync(room, said)).Outcome);
        Assert.Empty(await _server.Test.Rooms.ReadGapsAsync(room.RoomId, default));

        Assert.Null((await memberships.UnbanAsync(room.RoomId, Alice, _peer.User, MembershipTerms.None, default)).Error);
        var back = _peer.Makes(room.Current, "m.room.member", """{"membership":"join"}""", _peer.User.Value);
        Assert.Equal(ReceiptOutcome.Accepted, Assert.Single(await ReceiveAsync(room, back)).Outcome);
        var follower = _peer.Forges(room.Current, "m.room.message", [said.Event.EventId, back.Event.EventId], [PowerLevels(room), back.Event.EventId]);

        Assert.Equal(ReceiptOutcome.Accepted, Assert.Single(await ReceiveAsync(room, follower)).Outcome);
        Assert.Equal([lost], await _server.Test.Rooms.ReadGapsAsync(room.RoomId, default));
    }

    [Fact]
    public async Task What_a_banned_user_says_on_an_old_fork_is_kept_from_everyone()
    {
        var room = await JoinedRoomAsync();
        var seen = room.Current;
        Assert.Null((await _server.Get<MembershipChanges>().BanAsync(room.RoomId, Alice, _peer.User, MembershipTerms.None, default)).Error);
        var before = room.Current;

        var said = _peer.Says(seen, "too late");
        var receipt = Assert.Single(await ReceiveAsync(room, said));

        Assert.Equal(ReceiptOutcome.SoftFailed, receipt.Outcome);
        Assert.Equal(before.ForwardExtremities, room.Current.ForwardExtremities);
        Assert.Equal(EventStanding.SoftFailed, (await FindKnownAsync(said)).Standing);
        Assert.Null(await _server.Test.Rooms.FindEventAsync(said.Event.EventId, default));
    }

    [Fact]
    public async Task What_the_rules_never_allowed_is_rejected_and_authorizes_nothing()
    {
        var room = await JoinedRoomAsync();
        var stranger = new Peer("strange.test", _server.Time);
        var forged = stranger.Forges(room.Current, "m.room.message", room.Current.ForwardExtremities, [PowerLevels(room)]);

        Assert.Equal(ReceiptOutcome.Rejected, Assert.Single(await ReceiveAsync(room, forged)).Outcome);

        var follower = _peer.Forges(room.Current, "m.room.message", [forged.Event.EventId], [PowerLevels(room), MemberOf(room), forged.Event.EventId]);
        Assert.Equal(ReceiptOutcome.Rejected, Assert.Single(await ReceiveAsync(room, follower)).Outcome);
        Assert.DoesNotContain(forged.Event.EventId, room.Current.ForwardExtremities);
        stranger.Dispose();
    }

    [Theory]
    [InlineData("12", 9007199254740991)]
    [InlineData("12", 9007199254740990)]
    [InlineData("5", 9007199254740993)]
    [InlineData("5", long.MaxValue)]
    public async Task The_room_goes_on_after_an_event_of_the_greatest_depth(string version, long depth)
    {
        var room = await JoinedRoomAsync(version);
        EventId[] create = version == "12" ? [] : [room.Current.Find("m.room.create")!.EventId];
        var deep = _peer.Forges(room.Current, "m.room.message", room.Current.ForwardExtremities, [PowerLevels(room), MemberOf(room), .. create], depth);
        Assert.Equal(ReceiptOutcome.Accepted, Assert.Single(await ReceiveAsync(room, deep)).Outcome);

        var said = (await RoomServer.SayAsync(room, 2))[^1];

        Assert.Equal(9007199254740991, said.Depth);
        Assert.Equal(9007199254740991, JsonElement.Parse(said.Json.Span).GetProperty("depth").GetInt64());
        Assert.Equal(ReceiptOutcome.Accepted, Assert.Single(await ReceiveAsync(room, _peer.Says(room.Current, "and on"))).Outcome);
    }

    [Fact]
    public async Task An_event_after_one_that_is_missing_waits_until_its_state_is_told()
    {
        var room = await JoinedRoomAsync();
        var lost = EventId.Parse("$" + new string('l', 43));
        var later = _peer.Forges(room.Current, "m.room.message", [lost], [PowerLevels(room), MemberOf(room)]);

        Assert.Equal(ReceiptOutcome.Incomplete, Assert.Single(await ReceiveAsync(room, later)).Outcome);
        Assert.Empty(await _server.Test.Rooms.FindKnownAsync([later.Event.EventId], default));

        var told = later with { StateBefore = [.. room.Current.State.Values.Select(static state => state.EventId)] };
        Assert.Equal(ReceiptOutcome.Accepted, Assert.Single(await ReceiveAsync(room, told)).Outcome);
        Assert.Equal([lost], await _server.Test.Rooms.ReadGapsAsync(room.RoomId, default));
        Assert.Equal(room.Current.StateRoot, (await FindKnownAsync(later)).StateBefore);
        Assert.Equal(ReceiptOutcome.Known, Assert.Single(await ReceiveAsync(room, told)).Outcome);
    }

    [Fact]
    public async Task An_invitation_into_an_unknown_room_shows_what_came_with_it_and_ends_when_it_is_taken_back()
    {
        var far = RoomId.Parse("!far:far.test");
        var invited = UserId.Parse("@bob:hybrid.test");
        using var shown = JsonDocument.Parse("""[{"type":"m.room.name","state_key":"","sender":"@zoe:far.test","content":{"name":"Far"}},{"type":5}]""");
        var record = new RoomRecord(far, "11", _peer.User, IsPublic: false);
        var registry = _server.Get<RoomRegistry>();
        var unknown = RoomSnapshot.Empty(record);

        Assert.True(await registry.SetOutOfBandAsync(record, new OutOfBandMembership(Membership(unknown, invited, "invite"), [.. shown.RootElement.EnumerateArray()]), default));

        var room = (await registry.FindAsync(far, default))!;
        Assert.Equal("invite", room.Current.MembershipOf(invited));
        Assert.Equal("Far", room.Current.Find("m.room.name")!.ContentString("name"));
        Assert.False(room.Current.HasMemberOf(invited.Server));
        Assert.True(await room.SetOutOfBandAsync(new OutOfBandMembership(Membership(unknown, invited, "leave"), []), default));
        Assert.Equal("leave", room.Current.MembershipOf(invited));
        Assert.Equal("leave", (await _server.Test.Memberships.ReadMembershipsAsync(invited, default)).Single(entry => entry.RoomId == far).Membership);
    }

    IncomingEvent Membership(RoomSnapshot room, UserId target, string membership)
    {
        var json = $$"""
            {"auth_events":[],"prev_events":[],"depth":1,"origin_server_ts":1,"content":{"membership":"{{membership}}"},"room_id":"{{room.RoomId}}","sender":"{{_peer.User}}",
             "state_key":"{{target}}","type":"m.room.member"}
            """;
        return _peer.Signs(room, json);
    }

    static EventId PowerLevels(Room room) => room.Current.Find("m.room.power_levels")!.EventId;

    EventId MemberOf(Room room) => room.Current.State[new StateKey("m.room.member", _peer.User.Value)].EventId;

    async Task<Room> JoinedRoomAsync(string version = "12")
    {
        var room = await _server.CreateRoomAsync(version);
        Assert.Equal(ReceiptOutcome.Accepted, Assert.Single(await ReceiveAsync(room, _peer.Joins(room.Current))).Outcome);
        return room;
    }

    static async Task<Receipt[]> ReceiveAsync(Room room, params IncomingEvent[] events) => (await room.ReceiveAsync(events, afresh: false, default)).Value;

    async Task<StoredEvent> FindKnownAsync(IncomingEvent incoming) => Assert.Single(await _server.Test.Rooms.FindKnownAsync([incoming.Event.EventId], default));
}
