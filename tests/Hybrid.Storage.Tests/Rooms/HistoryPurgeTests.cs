using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using static Hybrid.Storage.Tests.Rooms.EventsAsideTests;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Rooms;

public sealed class SqliteHistoryPurgeTests() : HistoryPurgeTests(TestEngine.Sqlite);

public sealed class PostgresHistoryPurgeTests() : HistoryPurgeTests(TestEngine.Postgres);

/// <summary>What every engine must do about purges.</summary>
public abstract class HistoryPurgeTests(TestEngine engine) : IDisposable
{
    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task Messages_and_superseded_state_go_and_the_state_at_the_end_stays()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync("shared");
        var firstName = await room.SetAsync("m.room.name", """{"name":"one"}""");
        var joined = await room.MemberAsync(Bob, "join");
        var said = await room.SayAsync(Bob);
        var left = await room.MemberAsync(Bob, "leave");
        var secondName = await room.SetAsync("m.room.name", """{"name":"two"}""");
        var boundary = await room.SayAsync(Alice);
        var thirdName = await room.SetAsync("m.room.name", """{"name":"three"}""");

        var step = await _test.Removals.PurgeAsync(new HistoryPurge(room.RoomId, boundary.Position), 100, default);

        Assert.Equal([said.Position, joined.Position, firstName.Position], step.Purged);
        Assert.Null(step.Next);
        Assert.Empty(await _test.Rooms.FindEventsAsync([firstName.EventId, joined.EventId, said.EventId], default));
        Assert.Equal(3, (await _test.Rooms.FindEventsAsync([left.EventId, secondName.EventId, thirdName.EventId], default)).Count);
        Assert.Equal(secondName.EventId, (await _test.Rooms.ReadStateEntryAtAsync(room.RoomId, "m.room.name", "", boundary.Position, default))?.EventId);
        Assert.Equal([left.EventId], (await _test.Memberships.ReadMembershipHistoryAsync(Bob, room.RoomId, default)).Select(static change => change.EventId));
        Assert.Equal("leave", Assert.Single(await _test.Memberships.ReadMembershipsAsync(Bob, default)).Membership);
        Assert.All(
            (await _test.Rooms.FindEventsAsync([left.EventId, secondName.EventId], default)),
            kept => Assert.Equal(boundary.StateBefore, kept.StateBefore));
    }

    [Fact]
    public async Task Steps_go_from_the_newest_to_the_oldest_and_count_what_they_looked_at()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = new List<StoredEvent>();
        for (var i = 0; i < 5; i++)
            said.Add(await room.SayAsync(Alice));
        var purge = new HistoryPurge(room.RoomId, said[4].Position);
        Assert.Equal(6, await _test.Removals.CountEventsAsync(room.RoomId, purge.Before, default));

        var first = await _test.Removals.PurgeAsync(purge, 3, default);
        Assert.Equal([said[3].Position, said[2].Position, said[1].Position], first.Purged);
        Assert.Equal((3, said[1].Position), (first.Examined, first.Next));
        var second = await _test.Removals.PurgeAsync(purge with { From = first.Next }, 3, default);
        Assert.Equal([said[0].Position], second.Purged);
        Assert.Equal(3, second.Examined);
        var third = await _test.Removals.PurgeAsync(purge with { From = second.Next }, 3, default);
        Assert.Equal((0, null), (third.Examined, third.Next));
    }

    [Fact]
    public async Task The_latest_event_and_the_ends_of_the_graph_stay_whatever_was_asked_for()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        await room.SayAsync(Alice);
        var end = await room.SayAsync(Alice);
        var other = await room.SayAsync(Alice);
        var last = room.Build("m.room.message", "{}", Alice, null);
        await room.AppendAsync(new RoomAppend(room.RoomId, [last], [end.EventId, last.EventId]));

        await _test.Removals.PurgeAsync(new HistoryPurge(room.RoomId, long.MaxValue), 100, default);

        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Equal([end.EventId, other.EventId, last.EventId], loaded.Recent.Where(static entry => !entry.IsState).Select(static entry => entry.EventId));
        Assert.Equal(2, loaded.State.Count);
    }

    [Fact]
    public async Task What_is_to_be_kept_of_this_server_is_kept_and_all_state_with_it()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var stranger = UserId.Parse("@eve:elsewhere.hybrid.test");
        var own = await room.SayAsync(Alice);
        var foreign = await room.SayAsync(stranger);
        var name = await room.SetAsync("m.room.name", """{"name":"one"}""", stranger);
        await room.SetAsync("m.room.name", """{"name":"two"}""", stranger);
        var last = await room.SayAsync(Alice);

        var step = await _test.Removals.PurgeAsync(
            new HistoryPurge(room.RoomId, last.Position) { Keeping = ServerName.Parse("hybrid.test") }, 100, default);

        Assert.Equal([foreign.Position], step.Purged);
        Assert.Equal(2, (await _test.Rooms.FindEventsAsync([own.EventId, name.EventId], default)).Count);
    }

    [Fact]
    public async Task Another_room_is_left_alone_and_threads_without_their_roots_are_no_threads()
    {
        var other = await new TestRoom(_test.Rooms, "other").CreateAsync();
        var elsewhere = await other.SayAsync(Alice);
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var root = await room.SayAsync(Alice);
        var reply = await room.RelateAsync(Bob, root, "m.thread");

        await _test.Removals.PurgeAsync(new HistoryPurge(room.RoomId, reply.Position), 100, default);

        Assert.NotNull(await _test.Rooms.FindEventAsync(elsewhere.EventId, default));
        Assert.Null(await _test.Rooms.FindEventAsync(root.EventId, default));
        Assert.Empty(await _test.Rooms.ReadThreadsAsync(room.RoomId, Alice, false, [], long.MaxValue, 10, default));
        Assert.Single((await _test.Rooms.ReadRelationsAsync(new RelationQuery(root.EventId, null, null, 0, null, false, 10), default)).Events);
    }

    [Fact]
    public async Task A_time_is_found_by_the_first_event_at_or_after_it()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var first = await room.SayAsync(Alice);
        var second = await room.SayAsync(Alice);

        Assert.Equal(second.Position, await _test.Removals.FindPositionAtAsync(room.RoomId, first.OriginServerTs + 1, long.MaxValue, default));
        Assert.Equal(second.Position, await _test.Removals.FindPositionAtAsync(room.RoomId, second.OriginServerTs, long.MaxValue, default));
        Assert.Null(await _test.Removals.FindPositionAtAsync(room.RoomId, second.OriginServerTs + 1, long.MaxValue, default));
        Assert.Null(await _test.Removals.FindPositionAtAsync(room.RoomId, second.OriginServerTs, second.OriginServerTs, default));
        Assert.False(await _test.Removals.HasMessagesAsync(room.RoomId, first.Position, default));
        Assert.True(await _test.Removals.HasMessagesAsync(room.RoomId, second.Position, default));
    }

    [Fact]
    public async Task Of_a_room_with_events_of_other_servers_messages_go_and_all_state_and_what_is_aside_stays()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var name = await room.SetAsync("m.room.name", """{"name":"one"}""");
        var second = await room.SetAsync("m.room.name", """{"name":"two"}""");
        var outlier = Beside(room.Build("m.room.topic", "{}", Bob, ""), outlier: true);
        var failed = Beside(room.Build("m.room.message", "{}", Bob, null), EventStanding.SoftFailed);
        var (old, oldName) = (Beside(room.Build("m.room.message", "{}", Bob, null)), Beside(room.Build("m.room.name", "{}", Bob, "")));
        var said = Beside(room.Build("m.room.message", "{}", Bob, null));
        await room.AppendAsync(new RoomAppend(room.RoomId, [said], [said.EventId])
        {
            Aside = [outlier, failed],
            History = [old, oldName],
            Effects = [new StateEffect(said, new StateKey("m.room.name", ""), name), new StateEffect(said, new StateKey("m.room.topic", ""), outlier)],
            NewGaps = [EventId.Parse("$gap")],
        });
        var boundary = await room.SayAsync(Alice);
        Assert.Equal(7, await _test.Removals.CountEventsAsync(room.RoomId, boundary.Position, default));
        Assert.True(await _test.Removals.HasMessagesAsync(room.RoomId, 0, default));
        Assert.Equal(said.Position, await _test.Removals.FindPositionAtAsync(room.RoomId, said.OriginServerTs, long.MaxValue, default));
        Assert.Equal(oldName.Position, await _test.Removals.FindPositionAtAsync(room.RoomId, 0, long.MaxValue, default));

        var step = await _test.Removals.PurgeAsync(new HistoryPurge(room.RoomId, boundary.Position), 100, default);

        Assert.Equal([said.Position, old.Position], step.Purged);
        Assert.Equal((7, null), (step.Examined, step.Next));
        var kept = await _test.Rooms.FindKnownAsync([name.EventId, second.EventId, outlier.EventId, failed.EventId, oldName.EventId], default);
        Assert.Equal(5, kept.Count);
        Assert.Equal(oldName.StateBefore, kept.Single(stored => stored.EventId == oldName.EventId).StateBefore);
        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Equal([name.EventId, outlier.EventId], loaded.State.Where(static entry => entry.StateKey == "" && entry.Type != "m.room.create").Select(static entry => entry.EventId).OrderBy(id => id == outlier.EventId));
        Assert.Equal(name.EventId, (await _test.Rooms.ReadStateEntryAtAsync(room.RoomId, "m.room.name", "", boundary.Position, default))?.EventId);
        Assert.Equal([EventId.Parse("$gap")], await _test.Rooms.ReadGapsAsync(room.RoomId, default));
        Assert.False(await _test.Removals.HasMessagesAsync(room.RoomId, boundary.Position, default));
    }

    [Fact]
    public async Task An_end_of_the_graph_that_is_aside_keeps_nothing_and_nothing_aside_goes()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);
        var failed = Beside(room.Build("m.room.message", "{}", Bob, null), EventStanding.SoftFailed);
        await room.AppendAsync(new RoomAppend(room.RoomId, [], [failed.EventId]) { Aside = [failed] });
        await room.SayAsync(Alice);
        var last = room.Build("m.room.message", "{}", Alice, null);
        await room.AppendAsync(new RoomAppend(room.RoomId, [last], [failed.EventId, last.EventId]));

        var step = await _test.Removals.PurgeAsync(new HistoryPurge(room.RoomId, long.MaxValue), 100, default);

        Assert.Contains(said.Position, step.Purged);
        Assert.DoesNotContain(failed.Position, step.Purged);
        Assert.Single(await _test.Rooms.FindKnownAsync([failed.EventId], default));
    }

    public void Dispose() => _test.Dispose();
}
