using System.Globalization;
using Hybrid.Native.State;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Tests.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Tests.State;

public sealed class RoomStatesTests : IDisposable
{
    readonly TimelineFixture _fixture = new();

    [Fact]
    public async Task The_state_after_every_event_can_be_read_when_the_room_has_moved_on()
    {
        var room = await _fixture.Room().CreateAsync("shared");
        var expected = new List<(StoredEvent Event, Dictionary<StateKey, string> State)>();
        var state = (await SnapshotAsync(room)).State.ToDictionary(static entry => entry.Key, static entry => entry.Value.EventId.Value);
        for (var i = 0; i < 60; i++)
        {
            var user = Hybrid.Primitives.UserId.Parse($"@user{(i % 20).ToString(CultureInfo.InvariantCulture)}:hybrid.test");
            var added = (i % 4) switch
            {
                0 => await room.SayAsync(Alice),
                1 => await room.SetAsync("m.room.topic", $$"""{"topic":"{{i}}"}"""),
                _ => await room.MemberAsync(user, i % 3 == 0 ? "leave" : "join"),
            };
            if (added.StateKey is not null)
                state[new StateKey(added.Type, added.StateKey)] = added.EventId.Value;
            expected.Add((added, new(state)));
        }

        // Another cache, as after a restart: every node comes from the store.
        using var numbering = new StateNumbering(_fixture.Test.States);
        using var states = new RoomStates(_fixture.Test.States, _fixture.Test.Rooms, numbering);
        var current = await SnapshotAsync(room);
        foreach (var (stored, then) in expected)
        {
            var read = await states.ReadAfterAsync(current, (await _fixture.Test.Rooms.FindEventAsync(stored.EventId, default))!, default);
            Assert.Equal(
                then.OrderBy(static entry => entry.Key.ToString(), StringComparer.Ordinal),
                read.ToDictionary(static entry => new StateKey(entry.Type, entry.StateKey!), static entry => entry.EventId.Value)
                    .OrderBy(static entry => entry.Key.ToString(), StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Keys_are_found_in_the_state_before_an_event()
    {
        var room = await _fixture.Room().CreateAsync();
        var early = await room.SayAsync(Alice);
        var name = await room.SetAsync("m.room.name", """{"name":"one"}""");
        var late = await room.SayAsync(Alice);

        var rows = await _fixture.States.FindAsync(
            (await SnapshotAsync(room)).Room, [early.StateBefore, name.StateBefore, late.StateBefore],
            [new("never.seen", ""), new("m.room.name", ""), new("m.room.create", "")], default);

        Assert.Equal(early.StateBefore, name.StateBefore);
        Assert.Equal(2, rows.Count);
        Assert.Equal([false, false, true], rows[early.StateBefore].Select(static found => found is not null));
        Assert.Equal([null, name.EventId], rows[late.StateBefore].Take(2).Select(static found => found?.EventId));
    }

    [Fact]
    public async Task A_state_that_comes_back_is_the_same_map_and_messages_add_no_nodes()
    {
        var room = await _fixture.Room().CreateAsync();
        await room.SetAsync("m.room.topic", """{"topic":"a"}""");
        var first = (await SnapshotAsync(room)).StateRoot;
        await room.SayAsync(Alice);
        Assert.Equal(first, (await SnapshotAsync(room)).StateRoot);

        await room.SetAsync("m.room.topic", """{"topic":"b"}""");
        var second = (await SnapshotAsync(room)).StateRoot;
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task A_room_from_before_there_were_state_maps_gets_them_when_it_is_opened()
    {
        var room = await _fixture.Room().CreateAsync("joined");
        await room.MemberAsync(Bob, "join");
        var said = await room.SayAsync(Alice);
        await room.SetAsync("m.room.topic", """{"topic":"a"}""");
        var before = await SnapshotAsync(room);
        foreach (var change in new[] { "UPDATE rooms SET state_root = NULL", "UPDATE events SET state_before = NULL", "DELETE FROM state_nodes", "DELETE FROM state_names" })
            await _fixture.Test.ChangeAsync(change);

        using var numbering = new StateNumbering(_fixture.Test.States);
        using var states = new RoomStates(_fixture.Test.States, _fixture.Test.Rooms, numbering);
        var opened = await new RoomRegistry(_fixture.Test.Rooms, states, null!, _fixture.Time).FindAsync(room.RoomId, default);

        var stored = (await _fixture.Test.Rooms.FindEventAsync(said.EventId, default))!;
        Assert.Equal(before.State.Count - 1, (await states.ReadAfterAsync(opened!.Current, stored, default)).Count());
        Assert.NotEqual(StateNodeHash.Empty, opened.Current.StateRoot);
        var rows = await states.FindAsync(opened.Current.Room, [opened.Current.StateRoot], [new("m.room.topic", "")], default);
        Assert.Equal("a", rows[opened.Current.StateRoot][0]!.ContentString("topic"));
    }

    [Fact]
    public async Task Names_that_two_rooms_use_first_at_the_same_time_have_one_number()
    {
        TestRoom[] rooms = [.. Enumerable.Range(0, 8).Select(index => _fixture.Room($"room{index.ToString(CultureInfo.InvariantCulture)}"))];
        await Task.WhenAll(rooms.Select(static room => room.CreateAsync("shared")));
        await Task.WhenAll(rooms.Select(static room => room.SetAsync("org.example.first", "{}", stateKey: "key")));

        var names = await _fixture.Test.States.FindNamesAsync(["org.example.first", "key", "m.room.create"], default);
        Assert.Equal(3, names.Select(static name => name.Number).Distinct().Count());
        foreach (var room in rooms)
        {
            var current = await SnapshotAsync(room);
            var rows = await _fixture.States.FindAsync(current.Room, [current.StateRoot], [new("org.example.first", "key")], default);
            Assert.Equal(current.Find("org.example.first", "key")!.EventId, rows[current.StateRoot][0]!.EventId);
        }
    }

    public void Dispose() => _fixture.Dispose();

    async Task<RoomSnapshot> SnapshotAsync(TestRoom room) => (await _fixture.OpenRooms().FindAsync(room.RoomId, default))!.Current;
}
