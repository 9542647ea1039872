using Hybrid.Native.State;
using Hybrid.Rooms.State;
using Hybrid.Rooms.Tests.Timeline;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.Logging.Abstractions;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Rooms.Tests.State;

public sealed class StateCollectorTests : IDisposable
{
    readonly TimelineFixture _fixture = new();
    readonly StateCollector _collector;

    public StateCollectorTests() =>
        _collector = new StateCollector(_fixture.Test.States, _fixture.Test.Rooms, _fixture.Time, NullLogger<StateCollector>.Instance);

    [Fact]
    public async Task Nothing_goes_while_events_lead_to_it()
    {
        var room = await RoomWithHistoryAsync();
        Assert.Equal(new StateCollection(0, 0), await _collector.CollectAsync(room.RoomId, default));
        _fixture.Time.Advance(StateCollector.Quarantine * 2);
        Assert.Equal(new StateCollection(0, 0), await _collector.CollectAsync(room.RoomId, default));
    }

    [Fact]
    public async Task What_no_event_leads_to_is_set_apart_first_and_deleted_a_day_later()
    {
        var room = await RoomWithHistoryAsync();
        var all = await NodesAsync(room);
        await ForgetAllButLatestAsync(room);

        var first = await _collector.CollectAsync(room.RoomId, default);
        Assert.InRange(first.SetApart, 1, all.Count - 1);
        Assert.Equal(0, first.Deleted);
        Assert.Equal(new StateCollection(0, 0), await _collector.CollectAsync(room.RoomId, default));

        _fixture.Time.Advance(StateCollector.Quarantine + TimeSpan.FromSeconds(1));
        Assert.Equal(new StateCollection(0, first.SetApart), await _collector.CollectAsync(room.RoomId, default));
        Assert.Equal(all.Count - first.SetApart, (await NodesAsync(room)).Count);

        using var numbering = new StateNumbering(_fixture.Test.States);
        using var states = new RoomStates(_fixture.Test.States, _fixture.Test.Rooms, numbering);
        var current = await SnapshotAsync(room);
        Assert.Equal(current.State.Count, (await states.ReadAfterAsync(current, current.Recent[^1], default)).Count());
    }

    [Fact]
    public async Task A_node_that_an_append_needs_again_is_taken_back_and_stays()
    {
        var room = await RoomWithHistoryAsync();
        await ForgetAllButLatestAsync(room);
        Assert.NotEqual(0, (await _collector.CollectAsync(room.RoomId, default)).SetApart);
        var apart = (await NodesAsync(room)).Where(static node => node.IsQuarantined).Select(static node => node.Hash).ToHashSet();

        // An append that stores the same nodes, as one does whose state is one that the room had before.
        var nodes = await _fixture.Test.States.ReadNodesAsync((await SnapshotAsync(room)).Room.Number, [.. apart], default);
        var said = room.Build("m.room.message", "{}", Alice, null);
        var current = await SnapshotAsync(room);
        await _fixture.Test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [said], [said.EventId]) { State = new(current.StateRoot, nodes, []) }, default);
        _fixture.Time.Advance(StateCollector.Quarantine * 2);

        Assert.Equal(0, (await _collector.CollectAsync(room.RoomId, default)).Deleted);
        Assert.Equal(apart.Count, (await NodesAsync(room)).Count(node => apart.Contains(node.Hash)));
    }

    [Fact]
    public async Task Where_a_map_is_damaged_nothing_is_deleted()
    {
        var room = await RoomWithHistoryAsync();
        await ForgetAllButLatestAsync(room);
        await _fixture.Test.ChangeAsync("UPDATE state_nodes SET bytes = hash");
        var before = (await NodesAsync(room)).Count;

        await Assert.ThrowsAsync<StateDamageException>(async () => await _collector.CollectAsync(room.RoomId, default));
        _fixture.Time.Advance(StateCollector.Quarantine * 2);
        await Assert.ThrowsAsync<StateDamageException>(async () => await _collector.CollectAsync(room.RoomId, default));
        Assert.Equal(before, (await NodesAsync(room)).Count);
    }

    public void Dispose()
    {
        _collector.Dispose();
        _fixture.Dispose();
    }

    async Task<TestRoom> RoomWithHistoryAsync()
    {
        var room = await _fixture.Room().CreateAsync("shared");
        for (var i = 0; i < 40; i++)
            await room.MemberAsync(Primitives.UserId.Parse($"@user{i}:hybrid.test"), "join");
        for (var i = 0; i < 40; i++)
            await room.SetAsync("m.room.topic", $$"""{"topic":"{{i}}"}""");
        await room.SayAsync(Alice);
        return room;
    }

    // What a purge leaves behind, as far as state maps are concerned.
    Task ForgetAllButLatestAsync(TestRoom room) => _fixture.Test.ChangeAsync(
        $"UPDATE events SET state_before = NULL WHERE room_id = '{room.RoomId}' AND position < (SELECT MAX(position) FROM events)");

    async Task<IReadOnlyList<Storage.State.NodeRecord>> NodesAsync(TestRoom room) =>
        await _fixture.Test.States.ReadNodeListAsync((await SnapshotAsync(room)).Room.Number, (StateNodeHash?)null, 10_000, default);

    async Task<RoomSnapshot> SnapshotAsync(TestRoom room) => (await _fixture.OpenRooms().FindAsync(room.RoomId, default))!.Current;
}
