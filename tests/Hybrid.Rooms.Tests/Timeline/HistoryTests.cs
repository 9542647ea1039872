using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Checks;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Tests.Timeline;

/// <summary>What is before and beside the log, as the reading half sees it.</summary>
public sealed class HistoryTests : IDisposable
{
    readonly TimelineFixture _fixture = new();

    [Theory]
    [InlineData("t-5", -5)]
    [InlineData("t0", 0)]
    [InlineData("t12", 12)]
    [InlineData("t-4503599627370496", TimelineQuery.Beginning)]
    public void Tokens_reach_below_zero(string token, long position)
    {
        Assert.Equal(position, TimelineToken.Parse(token));
        Assert.Equal(token, TimelineToken.After(position));
    }

    [Theory]
    [InlineData("t-4503599627370497")]
    [InlineData("t+5")]
    [InlineData("t -5")]
    [InlineData("t-")]
    [InlineData("t")]
    [InlineData("t-9223372036854775809")]
    public void Other_tokens_are_refused(string token) => Assert.Throws<MatrixException>(() => TimelineToken.Parse(token));

    [Fact]
    public async Task History_is_seen_by_members_as_its_setting_says_and_by_no_stranger()
    {
        var room = await _fixture.Room().CreateAsync("shared");
        var said = await room.SayAsync(Alice);
        await room.MemberAsync(Bob, "join");
        var old = Old(room, said);
        await _fixture.Test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], []) { History = [old], State = await StateAsync(room) }, default);

        Assert.True(old.Position < 0);
        Assert.True(await _fixture.CanSeeAsync(old, Bob));
        Assert.False(await _fixture.CanSeeAsync(old, Carol));
    }

    [Fact]
    public async Task A_setting_that_came_with_a_join_says_nothing_of_the_time_before()
    {
        var room = await _fixture.Room().CreateAsync("joined");
        var secret = await room.SayAsync(Alice);
        var setting = Copy(room.Build("m.room.history_visibility", """{"history_visibility":"shared"}""", Alice, ""), secret.StateBefore, outlier: true);
        await room.MemberAsync(Bob, "invite", Alice);
        var joined = await room.MemberAsync(Bob, "join");
        var said = Copy(room.Build("m.room.message", "{}", Alice, null), joined.StateBefore);
        await _fixture.Test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [said], [said.EventId])
            {
                Aside = [setting],
                Effects = [new StateEffect(said, new StateKey("m.room.history_visibility", ""), setting)],
                State = await StateAsync(room),
            },
            default);

        Assert.False(await _fixture.CanSeeAsync(secret, Bob));
    }

    [Fact]
    public async Task Pages_of_history_come_with_the_members_of_that_time()
    {
        var room = await _fixture.Room().CreateAsync("shared");
        var named = await room.SetAsync("m.room.member", """{"membership":"join","displayname":"Old"}""", Alice, Alice.Value);
        var said = await room.SayAsync(Alice);
        await room.SetAsync("m.room.member", """{"membership":"join","displayname":"New"}""", Alice, Alice.Value);
        var old = Old(room, said);
        await _fixture.Test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], []) { History = [old], State = await StateAsync(room) }, default);
        var reading = new RoomReading(_fixture.OpenRooms(), _fixture.States, _fixture.Memberships, _fixture.Test.Memberships, _fixture.Test.Rooms);
        var opened = await reading.OpenAsync(room.RoomId, Alice, default);
        Assert.True(opened.TryGet(out var view, out _));

        var page = await new MessagePages(_fixture.Test.Rooms, _fixture.Visibility).ReadAsync(
            view, new TimelineQuery(room.RoomId, 0, null, Backwards: false, 1), TimelineQuery.Beginning, null, new EventViewer(Alice, null), default);

        Assert.Equal([old.EventId], page.Events.Select(static stored => stored.EventId));
        Assert.Equal(old.Position, page.End);
        Assert.Equal([named.EventId], (await new LazyMembers(reading).OfSendersAsync(view, page.Events, default)).Select(static stored => stored.EventId));
    }

    [Fact]
    public async Task Memberships_in_memory_follow_what_events_do_to_current_state()
    {
        var room = await _fixture.Room().CreateAsync();
        var joined = await room.MemberAsync(Bob, "join");
        var left = await room.MemberAsync(Bob, "leave");
        Assert.Equal("leave", (await _fixture.Memberships.OfAsync(Bob, default))[room.RoomId].Membership);

        var said = Copy(room.Build("m.room.message", "{}", Alice, null), left.StateBefore);
        await _fixture.Test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [said], []) { Effects = [new StateEffect(said, new StateKey("m.room.member", Bob.Value), joined)], State = await StateAsync(room) },
            default);
        Assert.Equal(
            new MembershipRecord(Bob, room.RoomId, "join", joined.EventId, Bob, said.Position, false), (await _fixture.Memberships.OfAsync(Bob, default))[room.RoomId]);

        var kept = Copy(room.Build("m.room.member", """{"membership":"ban"}""", Alice, Bob.Value), left.StateBefore);
        await _fixture.Test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [kept], []) { Effects = [], State = await StateAsync(room) }, default);
        Assert.Equal("join", (await _fixture.Memberships.OfAsync(Bob, default))[room.RoomId].Membership);

        var gone = Copy(room.Build("m.room.message", "{}", Alice, null), left.StateBefore);
        await _fixture.Test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [gone], []) { Effects = [new StateEffect(gone, new StateKey("m.room.member", Bob.Value), null)], State = await StateAsync(room) },
            default);
        var now = (await _fixture.Memberships.OfAsync(Bob, default))[room.RoomId];
        Assert.Equal(("leave", gone.EventId, gone.Position), (now.Membership, now.EventId, now.Position));
        Assert.Equal(now, Assert.Single(await _fixture.Test.Memberships.ReadMembershipsAsync(Bob, default)));
    }

    [Fact]
    public async Task State_that_is_in_no_timeline_is_not_missing_to_the_check()
    {
        var room = await _fixture.Room().CreateAsync();
        var name = await room.SetAsync("m.room.name", """{"name":"one"}""");
        await room.SayAsync(Alice);
        var check = new RoomCheck(_fixture.Test.Rooms, _fixture.Test.States);
        var before = (await check.CheckAsync(room.RoomId, default))!;

        await _fixture.Test.ChangeAsync($"UPDATE events SET position = {LogBand.Aside - 1} WHERE event_id = '{name.EventId}'");
        var aside = (await check.CheckAsync(room.RoomId, default))!;
        Assert.Equal(before.Events, aside.Events);
        Assert.DoesNotContain(aside.Problems, static problem => problem.Contains("a state map names", StringComparison.Ordinal));

        await _fixture.Test.ChangeAsync($"DELETE FROM events WHERE event_id = '{name.EventId}'");
        var gone = (await check.CheckAsync(room.RoomId, default))!;
        Assert.Contains(gone.Problems, static problem => problem.Contains("a state map names", StringComparison.Ordinal));
    }

    public void Dispose() => _fixture.Dispose();

    // Numbers that the engine of the fixture does not come to.
    static StoredEvent Copy(StoredEvent entry, StateNodeHash before, bool outlier = false) => new()
    {
        Number = 1_000_000 + entry.Number,
        StateBefore = before,
        EventId = entry.EventId,
        RoomId = entry.RoomId,
        Type = entry.Type,
        StateKey = entry.StateKey,
        Sender = entry.Sender,
        OriginServerTs = entry.OriginServerTs,
        Depth = entry.Depth,
        Json = entry.Json,
        Membership = entry.Membership,
        IsOutlier = outlier,
    };

    static StoredEvent Old(TestRoom room, StoredEvent like) => Copy(room.Build("m.room.message", "{}", like.Sender, null), like.StateBefore);

    async Task<Storage.State.StateAddition> StateAsync(TestRoom room) =>
        new((await _fixture.OpenRooms().FindAsync(room.RoomId, default))!.Current.StateRoot, [], []);
}
