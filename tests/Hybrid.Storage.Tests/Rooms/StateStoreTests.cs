using System.Security.Cryptography;
using Hybrid.Native.State;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.State;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Rooms;

public sealed class SqliteStateStoreTests() : StateStoreTests(TestEngine.Sqlite);

public sealed class PostgresStateStoreTests() : StateStoreTests(TestEngine.Postgres);

/// <summary>What every engine must keep of state maps.</summary>
public abstract class StateStoreTests(TestEngine engine) : IDisposable
{
    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task Nodes_names_and_places_come_with_the_append_that_needs_them()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var node = Node("a node");
        var said = room.Build("m.room.message", "{}", Alice, null);
        said.StateBefore = node.Hash;
        await room.AppendAsync(new RoomAppend(room.RoomId, [said], [said.EventId])
        {
            State = new StateAddition(node.Hash, [node], [new StateName("m.room.name", 7), new StateName("", 9)]),
        });
        _test.Reopen();

        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Equal(node.Hash, loaded.StateRoot);
        Assert.Equal(node.Hash, loaded.Recent[^1].StateBefore);
        var read = Assert.Single(await _test.States.ReadNodesAsync(loaded.Room.Number, [node.Hash, Node("another").Hash], default));
        Assert.Equal(node.Hash, read.Hash);
        Assert.Equal(node.Bytes.ToArray(), read.Bytes.ToArray());
        Assert.Empty(await _test.States.ReadNodesAsync(loaded.Room.Number + 1, [node.Hash], default));
        Assert.Equal(
            [new StateName("", 9), new StateName("m.room.name", 7)],
            (await _test.States.FindNamesAsync(["m.room.name", "", "unknown"], default)).OrderBy(static name => name.Name));
        Assert.Equal(new StateNumbers(said.Number, 9), await _test.States.ReadNumbersAsync(default));
        Assert.Equal([said.EventId], (await _test.Rooms.FindByNumberAsync([said.Number, long.MaxValue], default)).Select(static found => found.EventId));
    }

    [Fact]
    public async Task A_refused_append_leaves_no_nodes_and_names()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var device = Hybrid.Primitives.DeviceId.Parse("DEVICE");
        await room.SayAsync(Alice, "once", device, "t1");
        var node = Node("refused");
        var again = room.Build("m.room.message", "{}", Alice, null, device, "t1");

        await Assert.ThrowsAsync<DuplicateTransactionException>(() => room.AppendAsync(new RoomAppend(room.RoomId, [again], [again.EventId])
        {
            State = new StateAddition(node.Hash, [node], [new StateName("refused", 1)]),
        }));

        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Empty(await _test.States.ReadNodesAsync(loaded.Room.Number, [node.Hash], default));
        Assert.Empty(await _test.States.FindNamesAsync(["refused"], default));
        Assert.Equal(StateNodeHash.Empty, loaded.StateRoot);
    }

    [Fact]
    public async Task Events_without_a_place_get_one_all_at_once()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var first = await room.SayAsync(Alice);
        var second = await room.SayAsync(Alice);
        var (before, after) = (Node("before"), Node("after"));

        await _test.States.PlaceAsync(
            room.RoomId, [new StatePlace(first.Number, before.Hash), new StatePlace(second.Number, after.Hash)],
            new StateAddition(after.Hash, [before, after], []), default);

        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Equal([before.Hash, after.Hash], loaded.Recent.TakeLast(2).Select(static stored => stored.StateBefore));
        Assert.Equal(after.Hash, loaded.StateRoot);
        Assert.Equal(2, (await _test.States.ReadNodesAsync(loaded.Room.Number, [before.Hash, after.Hash], default)).Count);
    }

    public void Dispose() => _test.Dispose();

    // The store takes any bytes; whether they are a node is the native core's business.
    static StateNode Node(string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        return new StateNode(new StateNodeHash(SHA256.HashData(bytes).AsSpan(0, StateNodeHash.Length)), bytes);
    }
}
