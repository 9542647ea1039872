using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Hybrid.Tests.Shared;
using static Hybrid.Storage.Tests.Rooms.EventsAsideTests;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Rooms;

public sealed class SqliteStateEffectTests() : StateEffectTests(TestEngine.Sqlite);

public sealed class PostgresStateEffectTests() : StateEffectTests(TestEngine.Postgres);

/// <summary>What every engine must do when current state is not the line of the state events.</summary>
public abstract class StateEffectTests(TestEngine engine) : IDisposable
{
    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task A_value_is_current_from_the_event_on_at_which_it_is_taken()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var first = await room.SetAsync("m.room.name", """{"name":"one"}""");
        var second = await room.SetAsync("m.room.name", """{"name":"two"}""");
        var topic = Beside(room.Build("m.room.topic", """{"topic":"theirs"}""", Bob, ""), outlier: true);
        var said = room.Build("m.room.message", "{}", Bob, null);
        var ignored = room.Build("m.room.name", """{"name":"lost"}""", Bob, "");
        var notices = new List<StreamNotice>();
        using var subscription = _test.Hub.Subscribe(published => notices.AddRange(published.ToArray()));

        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [said, ignored], [ignored.EventId])
            {
                Aside = [topic],
                Effects = [new StateEffect(said, Key(first), first), new StateEffect(said, Key(topic), topic)],
            },
            default);
        var plain = await room.SayAsync(Alice);

        Assert.Equal(2, notices[0].Effects!.Count);
        Assert.Equal([first.EventId, topic.EventId], notices[0].StateTaken.Select(static entry => entry.EventId));
        Assert.Empty(notices[1].Effects!);
        Assert.Null(notices[2].Effects);
        var changes = await _test.Rooms.ReadStateChangesAsync(room.RoomId, second.Position, long.MaxValue, default);
        Assert.Equal([(said.Position, first.EventId), (said.Position, topic.EventId)], changes.Select(static change => (change.Position, change.Event.EventId)).OrderBy(change => change.EventId == topic.EventId));
        Assert.Equal(second.EventId, await EntryAsync(room, "m.room.name", said.Position - 1));
        Assert.Equal(first.EventId, await EntryAsync(room, "m.room.name", said.Position));
        Assert.Equal(topic.EventId, await EntryAsync(room, "m.room.topic", plain.Position));
        Assert.Null(await EntryAsync(room, "m.room.topic", said.Position - 1));
        Assert.Equal(3, (await _test.Rooms.ReadStateAtAsync(room.RoomId, said.Position - 1, default)).Count);
        Assert.Equal(4, (await _test.Rooms.ReadStateAtAsync(room.RoomId, said.Position, default)).Count);

        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Equal([first.EventId, topic.EventId], loaded.State.Where(static entry => entry.Type is "m.room.name" or "m.room.topic").Select(static entry => entry.EventId).OrderBy(id => id == topic.EventId));
        Assert.Equal(
            new Dictionary<EventId, long> { [first.EventId] = said.Position, [topic.EventId] = said.Position }.OrderBy(static pair => pair.Key),
            loaded.Since.OrderBy(static pair => pair.Key));
        Assert.Equal([1L, 2, 3, 4, 5, 5], loaded.RecentChanges.Select(static change => change.Position));
        Assert.Equal([second.EventId], loaded.RecentChanges.Where(static change => change.Position == 4).Select(static change => change.Event.EventId));
        Assert.Same(loaded.Recent[2], loaded.State.Single(static entry => entry.Type == "m.room.name"));
        Assert.Equal(first.EventId, Assert.Single(await _test.Statistics.ReadRoomsAsync(Alice.Server, default)).Description["m.room.name"].EventId);
    }

    [Fact]
    public async Task Recent_changes_begin_with_the_first_recent_event()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var name = await room.SetAsync("m.room.name", """{"name":"one"}""");
        await room.SayAsync(Alice);
        var replaced = await room.SetAsync("m.room.name", """{"name":"two"}""");
        for (var i = 0; i < RoomState.RecentEvents - 2; i++)
            await room.SayAsync(Alice);
        var said = room.Build("m.room.message", "{}", Bob, null);
        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [said], [said.EventId]) { Effects = [new StateEffect(said, Key(name), name)] }, default);

        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Equal(replaced.Position, loaded.Recent[0].Position);
        Assert.Equal([(replaced.Position, replaced.EventId), (said.Position, name.EventId)], loaded.RecentChanges.Select(static change => (change.Position, change.Event.EventId)));
        Assert.Equal(name.Position, loaded.RecentChanges[1].Event.Position);
    }

    [Fact]
    public async Task A_key_without_a_value_is_not_in_the_state()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var name = await room.SetAsync("m.room.name", """{"name":"one"}""");
        var said = room.Build("m.room.message", "{}", Bob, null);
        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [said], [said.EventId]) { Effects = [new StateEffect(said, Key(name), null)] }, default);

        Assert.Null(await EntryAsync(room, "m.room.name", said.Position));
        Assert.Equal(name.EventId, await EntryAsync(room, "m.room.name", name.Position));
        Assert.Empty(await _test.Rooms.ReadStateChangesAsync(room.RoomId, name.Position, long.MaxValue, default));
        Assert.Equal(2, (await _test.Rooms.ReadStateAtAsync(room.RoomId, said.Position, default)).Count);
        Assert.Equal(2, (await _test.Rooms.LoadAsync(room.RoomId, default))!.State.Count);
        var listed = Assert.Single(await _test.Statistics.ReadRoomsAsync(Alice.Server, default));
        Assert.Equal(2, listed.StateEvents);
        Assert.DoesNotContain("m.room.name", listed.Description.Keys);

        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [Beside(room.Build("m.room.name", "{}", Alice, ""))], []), default);
        Assert.Equal(3, (await _test.Rooms.LoadAsync(room.RoomId, default))!.State.Count);
    }

    [Fact]
    public async Task Memberships_follow_the_effects()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var joined = await room.MemberAsync(Bob, "join");
        var outlier = Beside(room.Build("m.room.member", """{"membership":"join"}""", Carol, Carol.Value), outlier: true);
        var left = room.Build("m.room.member", """{"membership":"leave"}""", Bob, Bob.Value);
        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [left], [left.EventId])
            {
                Aside = [outlier],
                Effects = [new StateEffect(left, Key(left), left), new StateEffect(left, Key(outlier), outlier)],
            },
            default);
        Assert.Equal(
            new MembershipRecord(Carol, room.RoomId, "join", outlier.EventId, Carol, left.Position, false),
            Assert.Single(await _test.Memberships.ReadMembershipsAsync(Carol, default)));
        Assert.Equal("leave", Assert.Single(await _test.Memberships.ReadMembershipsAsync(Bob, default)).Membership);
        await _test.Memberships.ForgetAsync(Bob, room.RoomId, default);

        var said = room.Build("m.room.message", "{}", Alice, null);
        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [said], [said.EventId])
            {
                Effects = [new StateEffect(said, Key(joined), joined), new StateEffect(said, Key(outlier), null)],
            },
            default);

        Assert.Equal(
            new MembershipRecord(Bob, room.RoomId, "join", joined.EventId, Bob, said.Position, false),
            Assert.Single(await _test.Memberships.ReadMembershipsAsync(Bob, default)));
        Assert.Equal(
            new MembershipRecord(Carol, room.RoomId, "leave", said.EventId, Alice, said.Position, false),
            Assert.Single(await _test.Memberships.ReadMembershipsAsync(Carol, default)));
        Assert.Equal(["join", "leave", "join"], (await _test.Memberships.ReadMembershipHistoryAsync(Bob, room.RoomId, default)).Select(static record => record.Membership));
    }

    [Fact]
    public async Task A_join_with_a_large_state_is_one_append()
    {
        const int Members = 20_000;
        var room = new TestRoom(_test.Rooms);
        var users = Enumerable.Range(0, Members).Select(static i => UserId.Parse($"@u{i}:elsewhere.test"));
        StoredEvent[] state = [.. users.Select(user => Beside(room.Build("m.room.member", """{"membership":"join"}""", user, user.Value), outlier: true))];
        var joined = room.Build("m.room.member", """{"membership":"join"}""", Alice, Alice.Value);

        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [joined], [joined.EventId])
            {
                NewRoom = room.Record with { Number = joined.Number },
                Aside = state,
                Effects = [.. state.Append(joined).Select(value => new StateEffect(joined, Key(value), value))],
                NewGaps = [EventId.Parse("$before")],
            },
            default);

        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Equal(Members + 1, loaded.State.Count);
        Assert.Equal([joined.EventId], loaded.Recent.Select(static entry => entry.EventId));
        Assert.Equal(Members, loaded.Since.Count);
        Assert.Equal(Members + 1, loaded.RecentChanges.Count);
        Assert.Equal(LogBand.Aside - Members, state[^1].Position);
        Assert.Equal(Members, (await _test.Rooms.FindKnownAsync([.. state.Select(static entry => entry.EventId)], default)).Count);
        Assert.Equal(Members + 1, Assert.Single(await _test.Statistics.ReadRoomsAsync(Alice.Server, default)).JoinedMembers);
        Assert.Equal("join", Assert.Single(await _test.Memberships.ReadMembershipsAsync(UserId.Parse("@u7:elsewhere.test"), default)).Membership);
    }

    public void Dispose()
    {
        _test.Dispose();
        GC.SuppressFinalize(this);
    }

    static StateKey Key(StoredEvent entry) => new(entry.Type, entry.StateKey!);

    async Task<EventId?> EntryAsync(TestRoom room, string type, long position) =>
        (await _test.Rooms.ReadStateEntryAtAsync(room.RoomId, type, "", position, default))?.EventId;
}
