using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Native.State;

namespace Hybrid.Native.Tests.State;

public class StateGraphTests
{
    const string Bob = "@bob:b";
    const string Eve = "@eve:e";

    public static TheoryData<string> EveryVersion => [.. RoomVersions.All.Select(version => version.Id)];

    static JsonObject Join => new() { ["membership"] = "join" };

    static StateGraphEvent Event(string id, string json) => new(id, Encoding.UTF8.GetBytes(json), EventStanding.Accepted);

    static string Json(string type, string authEvents, string room = "!r:a") =>
        $$"""
        {"type":"{{type}}","state_key":"","sender":"@a:a","room_id":"{{room}}","content":{},"depth":1,"origin_server_ts":1,
        "prev_events":[],"auth_events":[{{authEvents}}]}
        """;

    /// <summary>A ban on one fork, and on the other what the banned did meanwhile; then the resolved state goes into a state map.</summary>
    [Theory]
    [MemberData(nameof(EveryVersion))]
    public async Task A_fork_is_resolved_and_stored(string version)
    {
        using var room = new ForkedRoom(version);
        var before = room.Send(room.Start, "m.room.member", Bob, Bob, Join);
        before = room.Send(before, "m.room.power_levels", "", ForkedRoom.Alice, room.PowerLevels((Bob, 50)));
        before = room.Send(before, "m.room.topic", "", ForkedRoom.Alice, new JsonObject { ["topic"] = "old" });
        var banned = room.Send(before, "m.room.member", Bob, ForkedRoom.Alice, new JsonObject { ["membership"] = "ban" });
        var evaded = room.Send(before, "m.room.topic", "", Bob, new JsonObject { ["topic"] = "new" });
        evaded = room.Send(evaded, "m.room.member", Eve, Eve, Join);

        var resolved = room.Resolve(banned, evaded);
        Assert.Equal(resolved.Order(), room.Resolve(evaded, banned).Order());
        Assert.Equal(room.Find(banned, "m.room.member", Bob), room.Find(resolved, "m.room.member", Bob));
        Assert.Equal(room.Find(evaded, "m.room.member", Eve), room.Find(resolved, "m.room.member", Eve));
        Assert.Equal(room.Find(before, "m.room.power_levels", ""), room.Find(resolved, "m.room.power_levels", ""));
        // Version 1 looks at the topics by themselves, and Bob is banned by then as well.
        Assert.Equal(room.Find(before, "m.room.topic", ""), room.Find(resolved, "m.room.topic", ""));

        var keys = new Dictionary<StateKey, StateMapKey>();
        StateMapChange Change(uint number)
        {
            var key = room.KeyOf(number);
            if (!keys.TryGetValue(key, out var numbers))
                keys[key] = numbers = new StateMapKey((uint)key.Type.Length, (ulong)keys.Count);
            return new StateMapChange(numbers, number);
        }

        var store = new NodeStore();
        using var maps = new StateNodeCache(1_000);
        var fork = store.Keep(await maps.UpdateAsync(StateNodeHash.Empty, [.. banned.Select(Change)], store, default));
        var merged = store.Keep(await maps.UpdateAsync(StateNodeHash.Empty, [.. resolved.Select(Change)], store, default));
        var difference = Assert.Single(await maps.CompareAsync(fork, merged, store, default));
        Assert.Equal(new StateMapDifference(keys[new StateKey("m.room.member", Eve)], null, difference.After), difference);
    }

    [Fact]
    public void Events_have_numbers_and_ids()
    {
        using var graph = new StateGraph("11", "!r:a");
        Assert.Equal(0, graph.Count);
        Assert.Empty(graph.Append([]));
        var numbers = graph.Append([Event("$ü", Json("m.x", "\"$c\"")), Event("$c", Json("m.room.create", ""))]);
        Assert.Equal(2, graph.Count);
        Assert.Equal("$ü", graph.EventId(numbers[0]));
        Assert.Equal(numbers[1], graph.Find("$c"));
        Assert.Null(graph.Find("$other"));
        Assert.Null(graph.Find(""));
        graph.SetStanding(numbers[0], EventStanding.Rejected);
        Assert.Equal(numbers, graph.Append([Event("$ü", "{"), Event("$c", "")]));
    }

    [Fact]
    public void What_does_not_belong_is_refused_and_nothing_is_added()
    {
        using var graph = new StateGraph("11", "!r:a");
        NativeStatus Refused(params StateGraphEvent[] events)
        {
            var status = Assert.Throws<NativeException>(() => graph.Append([Event("$good", Json("m.x", "")), .. events])).Status;
            Assert.Equal(0, graph.Count);
            return status;
        }

        Assert.Equal(NativeStatus.StateAuthEventMissing, Refused(Event("$e", Json("m.x", "\"$none\""))));
        Assert.Equal(NativeStatus.StateAuthCycle, Refused(Event("$e", Json("m.x", "\"$f\"")), Event("$f", Json("m.x", "\"$e\""))));
        Assert.Equal(NativeStatus.StateEventOfOtherRoom, Refused(Event("$e", Json("m.x", "", "!other:a"))));
        Assert.Equal(NativeStatus.EventMalformed, Refused(Event("$e", "")));
        Assert.Equal(NativeStatus.EventMalformed, Refused(Event("$e", "[]")));
        Assert.Equal(NativeStatus.EventMalformed, Refused(Event("$e", Json("m.x", "").Replace("state_key", "x", StringComparison.Ordinal))));
        Assert.Equal(NativeStatus.EventMalformed, Refused(Event("$e", new string('[', 100_000))));
        Assert.Equal(NativeStatus.EventTooLarge, Refused(Event("$e", new string(' ', 2_000_000))));
        Assert.Equal(NativeStatus.EventMalformed, Refused(new StateGraphEvent("$e", new byte[] { 0xFF, 0xFE }, EventStanding.Accepted)));
        Assert.Equal(NativeStatus.InvalidArgument, Refused(new StateGraphEvent("$e", "{}"u8.ToArray(), (EventStanding)3)));
    }

    [Fact]
    public void States_that_cannot_be_are_refused()
    {
        using var graph = new StateGraph("11", "!r:a");
        var numbers = graph.Append([Event("$a", Json("m.x", "")), Event("$b", Json("m.x", ""))]);
        NativeStatus Refused(params uint[][] states) =>
            Assert.Throws<NativeException>(() => graph.Resolve([.. states.Select(state => (ReadOnlyMemory<uint>)state)])).Status;

        Assert.Equal(NativeStatus.StateEventUnknown, Refused([2]));
        Assert.Equal(NativeStatus.StateEventUnknown, Refused([numbers[0]], [uint.MaxValue]));
        Assert.Equal(NativeStatus.StateKeyDuplicate, Refused([numbers[0], numbers[1]]));
        Assert.Equal(NativeStatus.StateEventUnknown, Assert.Throws<NativeException>(() => graph.EventId(2)).Status);
        Assert.Equal(
            NativeStatus.StateEventUnknown, Assert.Throws<NativeException>(() => graph.SetStanding(2, EventStanding.Accepted)).Status);
        Assert.Equal(
            NativeStatus.InvalidArgument, Assert.Throws<NativeException>(() => graph.SetStanding(0, (EventStanding)9)).Status);
        Assert.Empty(graph.Resolve([]).Unconflicted);
        Assert.Equal([numbers[0]], graph.Resolve([new[] { numbers[0] }]).Unconflicted);
    }

    [Fact]
    public void An_unknown_room_version_is_refused() =>
        Assert.Equal(
            NativeStatus.EventRoomVersionUnknown, Assert.Throws<NativeException>(() => new StateGraph("13", "!r:a")).Status);

    [Fact]
    public void Nulls_are_refused()
    {
        using var graph = new StateGraph("11", "!r:a");
        Assert.Throws<ArgumentNullException>(() => new StateGraph(null!, "!r:a"));
        Assert.Throws<ArgumentNullException>(() => new StateGraph("11", null!));
        Assert.Throws<ArgumentNullException>(() => graph.Append(null!));
        Assert.Throws<ArgumentNullException>(() => graph.Append([default]));
        Assert.Throws<ArgumentNullException>(() => graph.Find(null!));
        Assert.Throws<ArgumentNullException>(() => graph.Resolve(null!));
    }

    [Fact]
    public void A_disposed_graph_is_refused_and_may_be_disposed_again()
    {
        var graph = new StateGraph("11", "!r:a");
        graph.Dispose();
        graph.Dispose();
        Assert.Throws<ObjectDisposedException>(() => graph.Count);
        Assert.Throws<ObjectDisposedException>(() => graph.Append([]));
        Assert.Throws<ObjectDisposedException>(() => graph.Find("$a"));
        Assert.Throws<ObjectDisposedException>(() => graph.EventId(0));
        Assert.Throws<ObjectDisposedException>(() => graph.SetStanding(0, EventStanding.Accepted));
        Assert.Throws<ObjectDisposedException>(() => graph.Resolve([]));
    }

    [Fact]
    public void Threads_may_share_a_graph()
    {
        using var room = new ForkedRoom("12");
        var one = room.Send(room.Start, "m.room.topic", "", ForkedRoom.Alice, new JsonObject { ["topic"] = "one" });
        var two = room.Send(room.Start, "m.room.topic", "", ForkedRoom.Alice, new JsonObject { ["topic"] = "two" });
        var expected = room.Resolve(one, two);
        Parallel.For(0, 200, number =>
        {
            Assert.Equal(expected, room.Resolve(one, two));
            room.Graph.Append([Event($"$e{number}", Json("m.x", "", RoomIdOf(room)))]);
            Assert.NotNull(room.Graph.Find($"$e{number}"));
        });
        Assert.Equal(200 + 6, room.Graph.Count);
    }

    static string RoomIdOf(ForkedRoom room) => "!" + room.Find(room.Start, "m.room.create", "")![1..];
}
