using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Rooms.Tests.Timeline;

public sealed class EventVisibilityTests : IDisposable
{
    readonly TimelineFixture _fixture = new();

    [Theory]
    [InlineData("world_readable", true, true, true, true)]
    [InlineData("shared", true, true, true, false)]
    [InlineData("nonsense", true, true, true, false)]
    [InlineData("invited", false, true, true, false)]
    [InlineData("joined", false, false, true, false)]
    public async Task What_a_member_sees_depends_on_the_setting(string setting, bool before, bool whileInvited, bool whileJoined, bool afterLeaving)
    {
        var room = await _fixture.Room().CreateAsync(setting);
        var early = await room.SayAsync(Alice);
        await room.MemberAsync(Bob, "invite", Alice);
        var invited = await room.SayAsync(Alice);
        await room.MemberAsync(Bob, "join");
        var joined = await room.SayAsync(Alice);
        Assert.Equal([before, whileInvited, whileJoined], [await SeesAsync(early), await SeesAsync(invited), await SeesAsync(joined)]);

        await room.MemberAsync(Bob, "leave");
        var left = await room.SayAsync(Alice);
        Assert.Equal(
            [before, whileInvited, whileJoined, afterLeaving],
            [await SeesAsync(early), await SeesAsync(invited), await SeesAsync(joined), await SeesAsync(left)]);

        Task<bool> SeesAsync(Storage.Rooms.StoredEvent stored) => _fixture.CanSeeAsync(stored, Bob);
    }

    [Fact]
    public async Task Strangers_see_only_what_was_said_while_everyone_could_read()
    {
        var room = await _fixture.Room().CreateAsync("shared");
        var hidden = await room.SayAsync(Alice);
        var opened = await room.SetAsync("m.room.history_visibility", """{"history_visibility":"world_readable"}""");
        var open = await room.SayAsync(Alice);
        var closed = await room.SetAsync("m.room.history_visibility", """{"history_visibility":"joined"}""");
        var after = await room.SayAsync(Alice);

        Assert.False(await _fixture.CanSeeAsync(hidden, Bob));
        Assert.True(await _fixture.CanSeeAsync(opened, Bob));
        Assert.True(await _fixture.CanSeeAsync(open, Bob));
        Assert.True(await _fixture.CanSeeAsync(closed, Bob));
        Assert.False(await _fixture.CanSeeAsync(after, Bob));
    }

    [Fact]
    public async Task The_setting_counts_as_it_was_at_the_event()
    {
        var room = await _fixture.Room().CreateAsync("joined");
        var secret = await room.SayAsync(Alice);
        await room.SetAsync("m.room.history_visibility", """{"history_visibility":"shared"}""");
        var shared = await room.SayAsync(Alice);
        await room.MemberAsync(Bob, "join");

        Assert.False(await _fixture.CanSeeAsync(secret, Bob));
        Assert.True(await _fixture.CanSeeAsync(shared, Bob));
    }

    [Fact]
    public async Task What_was_shared_before_the_join_and_came_after_it_is_seen_on_every_page()
    {
        var room = await _fixture.Room().CreateAsync("joined");
        var secret = await room.SayAsync(Alice);
        await room.SetAsync("m.room.history_visibility", """{"history_visibility":"shared"}""");
        var early = await room.SayAsync(Alice);
        await room.MemberAsync(Bob, "join");

        // Another server said it in a fork, without having heard of the join.
        var late = await room.SayAsync(Alice);
        late.StateBefore = early.StateBefore;
        var current = (await _fixture.OpenRooms().FindAsync(room.RoomId, default))!.Current;

        Assert.Equal([late], await _fixture.Visibility.FilterAsync(current, [late], Bob, default));
        Assert.Equal([late, early], await _fixture.Visibility.FilterAsync(current, [late, early, secret], Bob, default));
    }

    [Fact]
    public async Task Ones_own_membership_changes_are_seen_and_those_of_others_follow_the_rules()
    {
        var room = await _fixture.Room().CreateAsync("joined");
        var invited = await room.MemberAsync(Bob, "invite", Alice);
        var joined = await room.MemberAsync(Bob, "join");
        var other = await room.MemberAsync(Carol, "join");
        var kicked = await room.MemberAsync(Bob, "leave", Alice);
        var otherLeft = await room.MemberAsync(Carol, "leave");

        Assert.True(await _fixture.CanSeeAsync(invited, Bob));
        Assert.True(await _fixture.CanSeeAsync(joined, Bob));
        Assert.True(await _fixture.CanSeeAsync(other, Bob));
        Assert.True(await _fixture.CanSeeAsync(kicked, Bob));
        Assert.False(await _fixture.CanSeeAsync(otherLeft, Bob));
        Assert.False(await _fixture.CanSeeAsync(invited, Carol));
    }

    [Fact]
    public async Task A_member_of_a_room_that_was_always_shared_costs_no_query()
    {
        var room = await _fixture.Room().CreateAsync("shared");
        var early = await room.SayAsync(Alice);
        await room.MemberAsync(Bob, "join");
        var late = await room.SayAsync(Alice);

        Assert.True(await _fixture.CanSeeAsync(early, Bob));
        Assert.True(await _fixture.CanSeeAsync(late, Bob));
        Assert.Equal(0, _fixture.Store.Queries);
    }

    public void Dispose() => _fixture.Dispose();
}
