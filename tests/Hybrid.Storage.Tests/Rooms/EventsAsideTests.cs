using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Rooms;

public sealed class SqliteEventsAsideTests() : EventsAsideTests(TestEngine.Sqlite);

public sealed class PostgresEventsAsideTests() : EventsAsideTests(TestEngine.Postgres);

/// <summary>What every engine must do with events beside the log: history, outliers, and events that were not accepted.</summary>
public abstract class EventsAsideTests(TestEngine engine) : IDisposable
{
    static readonly StateNodeHash SomeMap = new([.. Enumerable.Repeat((byte)7, StateNodeHash.Length)]);

    readonly TestDatabase _test = new(engine);

    [Fact]
    public async Task Events_aside_are_known_with_their_standing_and_nobody_is_shown_or_told_of_them()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);
        var notices = 0;
        using var subscription = _test.Hub.Subscribe(published => notices += published.Length);
        var outlier = Beside(room.Build("m.room.name", """{"name":"elsewhere"}""", Bob, ""), outlier: true);
        var related = room.Build("m.room.message", $$$"""{"m.relates_to":{"event_id":"{{{said.EventId}}}","rel_type":"m.thread"}}""", Bob, null);
        var failed = Beside(related, EventStanding.SoftFailed);
        var redaction = Beside(room.Build("m.room.redaction", "{}", Bob, null, redacts: said.EventId), EventStanding.Rejected);
        var committed = false;

        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [], [failed.EventId]) { Aside = [outlier, failed, redaction], Committed = () => committed = true }, default);

        Assert.True(committed);
        Assert.Equal(0, notices);
        Assert.Equal([LogBand.Aside - 1, LogBand.Aside - 2, LogBand.Aside - 3], new[] { outlier, failed, redaction }.Select(static entry => entry.Position));
        EventId[] ids = [outlier.EventId, failed.EventId, redaction.EventId];
        Assert.Empty(await _test.Rooms.FindEventsAsync(ids, default));
        Assert.Null(await _test.Rooms.FindEventAsync(failed.EventId, default));
        var known = (await _test.Rooms.FindKnownAsync([.. ids, said.EventId], default)).ToDictionary(static entry => entry.EventId);
        Assert.Equal(4, known.Count);
        EventId[] all = [.. ids, said.EventId];
        Assert.Equal(all.Order(), (await _test.Rooms.FilterKnownAsync([.. all, EventId.Parse("$unknown")], default)).Order());
        Assert.Empty(await _test.Rooms.FilterKnownAsync([], default));
        Assert.Equal((true, EventStanding.Accepted, false), Facts(known[outlier.EventId]));
        Assert.Equal((false, EventStanding.SoftFailed, false), Facts(known[failed.EventId]));
        Assert.Equal((false, EventStanding.Rejected, false), Facts(known[redaction.EventId]));
        Assert.Equal((false, EventStanding.Accepted, true), Facts(known[said.EventId]));
        Assert.Equal(SomeMap, known[failed.EventId].StateBefore);
        Assert.Null(known[failed.EventId].RelatesTo);
        Assert.Null(known[redaction.EventId].Redacts);
        Assert.Equal([outlier.EventId], (await _test.Rooms.FindByNumberAsync([outlier.Number], default)).Select(static entry => entry.EventId));
        Assert.Empty(await _test.Rooms.FindRedactionsAsync([said.EventId], default));

        Assert.Equal([3, 2, 1], await PageAsync(new TimelineQuery(room.RoomId, long.MaxValue, null, true, 10)));
        Assert.Equal([1, 2, 3], await PageAsync(new TimelineQuery(room.RoomId, long.MinValue, null, false, 10)));
        Assert.Equal([3], await PageAsync(new TimelineQuery(room.RoomId, TimelineQuery.Beginning, null, false, 10) { Types = ["m.room.message"] }));
        Assert.Equal(3, (await _test.Rooms.ReadLogAsync(long.MinValue, 10, default)).Count);
        Assert.Equal(3, (await _test.Rooms.ReadByTimeAsync(room.RoomId, 0, false, 0, 10, default)).Count);
        Assert.Equal(3, (await _test.Rooms.ReadByTimeAsync(room.RoomId, long.MaxValue, true, 0, 10, default)).Count);
        Assert.Empty((await _test.Rooms.ReadRelationsAsync(new RelationQuery(said.EventId, null, null, long.MaxValue, null, true, 10), default)).Events);
        Assert.Empty(await _test.Rooms.ReadThreadsAsync(room.RoomId, Bob, false, [], long.MaxValue, 10, default));
        Assert.Equal(2, await _test.Removals.CountEventsAsync(room.RoomId, 3, default));
        Assert.Equal(1, await _test.Removals.FindPositionAtAsync(room.RoomId, 0, long.MaxValue, default));
        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Equal([1L, 2, 3], loaded.Recent.Select(static entry => entry.Position));
        Assert.Equal([failed.EventId], loaded.ForwardExtremities);
        Assert.Equal(2, loaded.State.Count);
        Assert.Equal(new[] { outlier, failed, redaction }.Max(static entry => entry.Number), (await _test.States.ReadNumbersAsync(default)).Event);
        Assert.Contains(SomeMap, await _test.States.ReadMapsAsync(room.RoomId, default));
    }

    [Fact]
    public async Task A_thread_whose_root_is_aside_is_none()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var root = Beside(room.Build("m.room.message", "{}", Bob, null), outlier: true);
        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], [root.EventId]) { Aside = [root] }, default);
        await room.RelateAsync(Alice, root, "m.thread");

        Assert.Empty(await _test.Rooms.ReadThreadsAsync(room.RoomId, Alice, false, [], long.MaxValue, 10, default));
    }

    [Fact]
    public async Task History_goes_below_the_log_newest_first_and_is_in_every_page()
    {
        var other = await new TestRoom(_test.Rooms, "other").CreateAsync();
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);
        var outlier = Beside(room.Build("m.room.topic", "{}", Bob, ""), outlier: true);
        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], [said.EventId]) { Aside = [outlier] }, default);
        var notices = 0;
        using var subscription = _test.Hub.Subscribe(published => notices += published.Length);
        StoredEvent[] history = [.. Enumerable.Range(0, 3).Select(_ => room.Build("m.room.message", "{}", Bob, null))];
        var foreign = other.Build("m.room.name", "{}", Bob, "");
        var oldest = room.Build("m.room.redaction", "{}", Bob, null, redacts: said.EventId);

        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], [said.EventId]) { History = history }, default);
        await _test.Rooms.AppendAsync(new RoomAppend(other.RoomId, [], []) { History = [foreign] }, default);
        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], [said.EventId]) { History = [oldest] }, default);

        Assert.Equal(0, notices);
        Assert.Equal([-1L, -2, -3, -4, -5], new[] { history[0], history[1], history[2], foreign, oldest }.Select(static entry => entry.Position));
        Assert.Equal([5, 4, 3, -1, -2, -3, -5], await PageAsync(new TimelineQuery(room.RoomId, long.MaxValue, null, true, 2)));
        Assert.Equal([-5, -3, -2, -1, 3, 4, 5], await PageAsync(new TimelineQuery(room.RoomId, TimelineQuery.Beginning, null, false, 2)));
        Assert.Equal([-1, -2], await PageAsync(new TimelineQuery(room.RoomId, 3, -3, true, 10)));
        Assert.Equal([-1, 3], await PageAsync(new TimelineQuery(room.RoomId, -2, 3, false, 10)));
        Assert.Equal([-1, -2, -3, -5], await PageAsync(new TimelineQuery(room.RoomId, long.MaxValue, null, true, 10) { Senders = [Bob] }));
        Assert.Equal([1L, 2, 3, 4, 5], (await _test.Rooms.ReadLogAsync(-10, 10, default)).Select(static entry => entry.Position));
        Assert.Equal(history[1].EventId, (await _test.Rooms.FindEventAsync(history[1].EventId, default))?.EventId);
        Assert.Equal([oldest.EventId], (await _test.Rooms.FindRedactionsAsync([said.EventId, history[0].EventId], default)).Select(static entry => entry.EventId));
        var loaded = (await _test.Rooms.LoadAsync(room.RoomId, default))!;
        Assert.Equal([-5L, -3, -2, -1, 3, 4, 5], loaded.Recent.Select(static entry => entry.Position));
        Assert.Equal(2, (await _test.Rooms.LoadAsync(other.RoomId, default))!.State.Count);
    }

    [Fact]
    public async Task An_event_aside_is_promoted_with_its_number_to_the_log_to_history_and_aside()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var outliers = Enumerable.Range(0, 4).Select(_ => Beside(room.Build("m.room.name", "{}", Bob, ""), outlier: true)).ToArray();
        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], []) { Aside = outliers }, default);
        await EffectAsync(room, (outliers[0], outliers[0].EventId));
        var logged = Beside(outliers[0]);
        var old = Beside(outliers[1]);
        var rejected = Beside(outliers[2], EventStanding.Rejected);

        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [logged], [logged.EventId]) { History = [old], Aside = [rejected], Effects = [] }, default);

        Assert.Equal((4, -1), (logged.Position, old.Position));
        var known = (await _test.Rooms.FindKnownAsync([.. outliers.Select(static entry => entry.EventId)], default)).ToDictionary(static entry => entry.EventId);
        Assert.Equal([(false, EventStanding.Accepted, true), (false, EventStanding.Accepted, true), (false, EventStanding.Rejected, false), (true, EventStanding.Accepted, false)],
            outliers.Select(entry => Facts(known[entry.EventId])));
        Assert.All(outliers, entry => Assert.Equal(entry.Number, known[entry.EventId].Number));
        var value = (await _test.Rooms.LoadAsync(room.RoomId, default))!.State.Single(static entry => entry.Type == "m.room.name");
        Assert.Equal((logged.EventId, 4), (value.EventId, value.Position));
    }

    [Fact]
    public async Task An_event_goes_aside_and_is_promoted_within_one_commit()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var outlier = Beside(room.Build("m.room.name", "{}", Bob, ""), outlier: true);
        var promoted = Beside(outlier);
        var release = await _test.HoldWriterAsync();
        var first = _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], []) { Aside = [outlier] }, default).AsTask();
        var second = _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [promoted], [promoted.EventId]), default).AsTask();
        release();
        await Task.WhenAll(first, second);

        Assert.Equal(3, (await _test.Rooms.FindEventAsync(promoted.EventId, default))?.Position);
        Assert.Single(await _test.Rooms.FindKnownAsync([promoted.EventId], default));
    }

    [Fact]
    public async Task An_event_of_a_timeline_is_not_stored_again()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);

        foreach (var append in (RoomAppend[])
        [
            new(room.RoomId, [Beside(said)], []), new(room.RoomId, [], []) { History = [Beside(said)] },
            new(room.RoomId, [], []) { Aside = [Beside(said, EventStanding.Rejected)] },
        ])
        {
            await Assert.ThrowsAnyAsync<Exception>(async () => await _test.Rooms.AppendAsync(append, default));
            Assert.All(append.Events.Concat(append.History).Concat(append.Aside), static entry => Assert.Equal(0, entry.Position));
        }

        Assert.Equal(said.EventId, (await _test.Rooms.FindEventAsync(said.EventId, default))?.EventId);
        Assert.Equal(3, (await _test.Rooms.LoadAsync(room.RoomId, default))!.Recent.Count);
    }

    [Fact]
    public async Task A_relation_and_a_redaction_count_once_they_are_promoted()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var said = await room.SayAsync(Alice);
        var reply = room.Build("m.room.message", $$$"""{"m.relates_to":{"event_id":"{{{said.EventId}}}","rel_type":"m.thread"}}""", Bob, null);
        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], []) { Aside = [Beside(reply, outlier: true)] }, default);
        Assert.Empty(await _test.Rooms.ReadRelationSummariesAsync([said.EventId], [], default));

        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], []) { History = [Beside(reply)] }, default);

        Assert.Equal(1, Assert.Single(await _test.Rooms.ReadRelationSummariesAsync([said.EventId], [], default)).ThreadCount);
    }

    [Fact]
    public async Task Gaps_open_and_close()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        var (first, second) = (EventId.Parse("$first"), EventId.Parse("$second"));
        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], []) { NewGaps = [first, second] }, default);
        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], []) { NewGaps = [first] }, default);
        Assert.Equal([first, second], (await _test.Rooms.ReadGapsAsync(room.RoomId, default)).Order());

        await _test.Rooms.AppendAsync(new RoomAppend(room.RoomId, [], []) { ClosedGaps = [first] }, default);
        Assert.Equal([second], await _test.Rooms.ReadGapsAsync(room.RoomId, default));
        Assert.Empty(await _test.Rooms.ReadGapsAsync(RoomId.Parse("!other:hybrid.test"), default));
    }

    public void Dispose()
    {
        _test.Dispose();
        GC.SuppressFinalize(this);
    }

    static (bool, EventStanding, bool) Facts(StoredEvent entry) => (entry.IsOutlier, entry.Standing, entry.IsInTimeline);

    async Task EffectAsync(TestRoom room, (StoredEvent Value, EventId Extremity) change)
    {
        var at = room.Build("m.room.message", "{}", Alice, null);
        await _test.Rooms.AppendAsync(
            new RoomAppend(room.RoomId, [at], [change.Extremity])
            {
                Effects = [new StateEffect(at, new StateKey(change.Value.Type, change.Value.StateKey!), change.Value)],
            },
            default);
    }

    /// <summary>The same event with another standing, as the engine makes it anew.</summary>
    internal static StoredEvent Beside(StoredEvent entry, EventStanding standing = EventStanding.Accepted, bool outlier = false) => new()
    {
        Number = entry.Number,
        StateBefore = outlier ? StateNodeHash.Empty : SomeMap,
        EventId = entry.EventId,
        RoomId = entry.RoomId,
        Type = entry.Type,
        StateKey = entry.StateKey,
        Sender = entry.Sender,
        OriginServerTs = entry.OriginServerTs,
        Depth = entry.Depth,
        Json = entry.Json,
        Redacts = entry.Redacts,
        RelatesTo = entry.RelatesTo,
        RelationType = entry.RelationType,
        Membership = entry.Membership,
        Standing = standing,
        IsOutlier = outlier,
    };

    async Task<List<long>> PageAsync(TimelineQuery query)
    {
        var positions = new List<long>();
        for (long? from = query.From; from is not null;)
        {
            var page = await _test.Rooms.ReadTimelineAsync(query with { From = from.Value }, default);
            positions.AddRange(page.Events.Select(static entry => entry.Position));
            from = page.Next;
        }

        return positions;
    }
}
