using System.Globalization;
using System.Text;
using Hybrid.Federation.Events;
using Hybrid.Federation.Reading;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;

namespace Hybrid.Federation.Tests.Reading;

/// <summary>Walks over graphs that a peer may have made as it liked.</summary>
public sealed class GraphReadsTests : IDisposable
{
    static readonly UserId Alice = UserId.Parse("@alice:own.test");
    static readonly RoomId Mine = RoomId.Parse("!mine:own.test");
    static readonly RoomId Other = RoomId.Parse("!other:own.test");

    static long _lastNumber;
    readonly TestDatabase _test = new();

    RoomSnapshot Room { get; } = RoomSnapshot.Empty(new RoomRecord(Mine, "10", Alice, IsPublic: false));

    GraphReads Graph => new(_test.Rooms);

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_backfill_goes_from_the_deepest_events_on_through_all_branches()
    {
        // 1 - 2 - 3 - 5 and 2 - 4 - 5
        await StoreAsync(Event("1"), Event("2", 2, "1"), Event("3", 3, "2"), Event("4", 3, "2"), Event("5", 4, "3", "4"));

        Assert.Equal(["$5", "$4", "$3", "$2", "$1"], Ids(await BackfillAsync(100, "5")));
        Assert.Equal(["$5", "$4"], Ids(await BackfillAsync(2, "5")));
        Assert.Equal(["$3", "$2", "$1"], Ids(await BackfillAsync(100, "3", "unknown")));
        Assert.Empty(await BackfillAsync(100, "unknown"));
    }

    [Fact]
    public async Task A_backfill_is_of_at_most_a_hundred_events_whatever_is_asked_for()
    {
        await StoreAsync([.. Enumerable.Range(1, 150).Select(static number => Event($"{number}", number, number == 1 ? [] : [$"{number - 1}"]))]);

        var found = Ids(await BackfillAsync(int.MaxValue, "150")).ToList();

        Assert.Equal(Enumerable.Range(51, 100).Reverse().Select(static number => $"${number}"), found);
    }

    [Fact]
    public async Task Walks_end_at_events_of_other_rooms_outliers_rejected_events_and_circles()
    {
        await StoreAsync(Event("foreign", room: Other));
        var outlier = Event("outlier");
        outlier.IsOutlier = true;
        var rejected = Event("rejected", 1, "1");
        rejected.Standing = EventStanding.Rejected;
        var failed = Event("failed", 2, "1");
        failed.Standing = EventStanding.SoftFailed;
        await StoreAsync(Event("1", 1, "2"), Event("2", 2, "1", "foreign", "outlier", "rejected", "missing", "failed"));
        await _test.Rooms.AppendAsync(new RoomAppend(Mine, [], []) { Aside = [outlier, rejected, failed] }, default);

        Assert.Equal(["$2", "$failed", "$1"], Ids(await BackfillAsync(100, "2")).OrderBy(static id => id == "$2" ? 0 : id == "$failed" ? 1 : 2));
        Assert.Empty(await BackfillAsync(100, "foreign", "outlier", "rejected"));
        Assert.Equal(["$1", "$failed"], Ids(await MissingAsync([], ["2"])).Order(StringComparer.Ordinal));
        Assert.Empty(await MissingAsync([], ["foreign", "outlier", "rejected", "missing"]));
    }

    [Fact]
    public async Task Missing_events_are_those_between_without_both_ends_the_oldest_first()
    {
        await StoreAsync([.. Enumerable.Range(1, 60).Select(static number => Event($"{number}", number, number == 1 ? [] : [$"{number - 1}"]))]);

        Assert.Equal(["$4", "$5"], Ids(await MissingAsync(["3"], ["6"])));
        Assert.Equal(["$1", "$2"], Ids(await MissingAsync([], ["3"])));
        Assert.Empty(await MissingAsync(["3"], ["3"]));
        Assert.Equal(["$5"], Ids(await MissingAsync([], ["6"], limit: 1)));
        Assert.Empty(await MissingAsync([], ["6"], limit: 0));
        Assert.Equal(["$4", "$5"], Ids(await MissingAsync([], ["6"], minDepth: 4)));
        Assert.Equal(Enumerable.Range(40, 20).Select(static number => $"${number}"), Ids(await MissingAsync([], ["60"], limit: int.MaxValue)));
    }

    [Fact]
    public async Task An_auth_chain_is_all_that_authorizes_and_nothing_of_another_room()
    {
        await StoreAsync(Event("secret", room: Other));
        var create = Event("create");
        var member = Event("member", 2, ["create"], auth: ["create"]);
        var power = Event("power", 3, ["member"], auth: ["create", "member"]);
        var evil = Event("evil", 4, ["power"], auth: ["create", "power", "secret", "missing"]);
        await StoreAsync(create, member, power, evil);
        var chains = new AuthChains(_test.Rooms);

        Assert.Equal(["$create", "$member", "$power"], Ids(await chains.ReadAsync([evil], default)).Order(StringComparer.Ordinal));
        Assert.Equal(["$create", "$member"], Ids(await chains.ReadAsync([member, power], default)).Order(StringComparer.Ordinal));
        Assert.Empty(await chains.ReadAsync([create], default));
    }

    ValueTask<IReadOnlyList<StoredEvent>> BackfillAsync(int limit, params string[] from) =>
        Graph.BackfillAsync(Room, [.. from.Select(Id)], limit, default);

    ValueTask<IReadOnlyList<StoredEvent>> MissingAsync(string[] earliest, string[] latest, int limit = 20, long minDepth = 0) =>
        Graph.MissingAsync(Room, [.. earliest.Select(Id)], [.. latest.Select(Id)], minDepth, limit, default);

    static IEnumerable<string> Ids(IEnumerable<StoredEvent> events) => events.Select(static stored => stored.EventId.Value);

    static EventId Id(string name) => EventId.Parse("$" + name);

    static StoredEvent Event(string name, long depth = 1, params string[] prev) => Event(name, depth, prev, []);

    static StoredEvent Event(string name, RoomId room) => Event(name, 1, [], [], room);

    static StoredEvent Event(string name, long depth, string[] prev, string[] auth, RoomId? room = null)
    {
        var json = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"auth_events":[{{{List(auth)}}}],"content":{},"depth":{{{depth}}},"prev_events":[{{{List(prev)}}}],"type":"m.test"}""");
        return new StoredEvent
        {
            Number = Interlocked.Increment(ref _lastNumber),
            EventId = Id(name),
            RoomId = room ?? Mine,
            Type = "m.test",
            Sender = Alice,
            OriginServerTs = 1000 + depth,
            Depth = depth,
            Json = Encoding.UTF8.GetBytes(json),
        };

        static string List(string[] names) => string.Join(',', names.Select(static name => $"\"${name}\""));
    }

    async Task StoreAsync(params StoredEvent[] events)
    {
        var roomId = events[0].RoomId;
        await _test.Rooms.AppendAsync(
            new RoomAppend(roomId, events, [events[^1].EventId]) { NewRoom = new RoomRecord(roomId, "10", Alice, IsPublic: false) { Number = events[0].Number } }, default);
    }
}
