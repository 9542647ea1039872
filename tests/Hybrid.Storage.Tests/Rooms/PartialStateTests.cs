using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Streams;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Rooms;

public sealed class SqlitePartialStateTests() : PartialStateTests(TestEngine.Sqlite);

public sealed class PostgresPartialStateTests() : PartialStateTests(TestEngine.Postgres);

/// <summary>What every engine must do with rooms of whose state only a part is known.</summary>
public abstract class PartialStateTests(TestEngine engine) : IDisposable
{
    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task A_room_is_partial_until_its_state_is_whole()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var join = await room.SayAsync(Alice);
        var partial = new PartialState(join.EventId, [ServerName.Parse("a.test"), ServerName.Parse("b.test:8448")]);

        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], [join.EventId]) { BeginsPartial = partial }, default);
        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!.Partial!;

        Assert.Equal((partial.Join, "a.test b.test:8448"), (loaded.Join, string.Join(' ', loaded.Servers)));
        Assert.Equal([room.RoomId], await _test.Rooms.ReadPartialRoomsAsync(default));

        await room.SayAsync(Alice);
        Assert.NotNull((await _test.Rooms.LoadAsync(room.RoomId, default))!.Partial);

        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], [join.EventId]) { EndsPartial = true }, default);
        Assert.Null((await _test.Rooms.LoadAsync(room.RoomId, default))!.Partial);
        Assert.Empty(await _test.Rooms.ReadPartialRoomsAsync(default));
    }

    [Fact]
    public async Task State_that_becomes_known_has_a_position_of_its_own()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);
        var topic = room.Build("m.room.topic", """{"topic":"theirs"}""", Bob, "");
        topic.IsOutlier = true;
        topic.Number = 7001;
        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], [said.EventId]) { Aside = [topic] }, default);
        var notices = new List<StreamNotice>();
        using var subscription = _test.Hub.Subscribe(published => notices.AddRange(published.ToArray()));
        var mark = new StoredEvent
        {
            EventId = said.EventId,
            RoomId = room.RoomId,
            Type = "",
            Sender = Alice,
            OriginServerTs = 0,
            Depth = 0,
            Json = default,
            IsMark = true,
        };
        var corrected = new StateNodeHash([.. Enumerable.Repeat((byte)7, said.StateBefore.ToArray().Length)]);

        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [], [said.EventId])
            {
                Mark = mark,
                Effects = [new StateEffect(mark, new StateKey(topic.Type, ""), topic)],
                Corrections = [new CorrectedState(said, corrected)],
            },
            default);
        var next = await room.SayAsync(Alice);

        Assert.Equal((said.Position + 1, said.Position + 2), (mark.Position, next.Position));
        Assert.Equal([topic.EventId], notices[0].StateTaken.Select(static entry => entry.EventId));
        Assert.Equal((room.RoomId, mark.Position), (notices[0].Room, notices[0].Position));
        Assert.Null(await _test.Rooms.ReadStateEntryAtAsync(room.RoomId, topic.Type, "", said.Position, default));
        Assert.Equal(topic.EventId, (await _test.Rooms.ReadStateEntryAtAsync(room.RoomId, topic.Type, "", mark.Position, default))?.EventId);
        Assert.Equal([next.Position], (await _test.Rooms.ReadLogAsync(said.Position, 10, default)).Select(static entry => entry.Position));
        Assert.Equal(corrected, (await _test.Rooms.FindEventAsync(said.EventId, default))!.StateBefore);
        Assert.Equal(mark.Position, (await _test.Rooms.LoadAsync(room.RoomId, default))!.Since[topic.EventId]);
    }

    public void Dispose()
    {
        _test.Dispose();
        GC.SuppressFinalize(this);
    }
}
