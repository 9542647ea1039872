using Hybrid.Primitives;
using Hybrid.Storage.DelayedEvents;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.DelayedEvents;

public sealed class SqliteDelayedEventStoreTests() : DelayedEventStoreTests(TestEngine.Sqlite);

public sealed class PostgresDelayedEventStoreTests() : DelayedEventStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about delayed events.</summary>
public abstract class DelayedEventStoreTests(TestEngine engine) : IDisposable
{
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");
    static readonly RoomId Room = RoomId.Parse("!room:hybrid.test");
    static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    readonly TestDatabase _test = new(engine);

    IDelayedEventStore Store => _test.Get<IDelayedEventStore>();

    [Fact]
    public async Task An_event_is_found_with_all_that_is_known_of_it_after_reopening()
    {
        var delayed = New("a", 5) with { DeviceId = DeviceId.Parse("D"), StateKey = "", ScheduledAt = 42 };
        Assert.True(await Store.TryAddAsync(delayed, 1, default));
        _test.Reopen();
        AssertSame(delayed, Assert.Single(await Store.ReadScheduledAsync(default)));

        var sent = delayed with { Outcome = DelayedOutcome.Sent, EventId = EventId.Parse("$e"), Reason = DelayedEvent.ByDelay, FinalizedAt = Start.AddMinutes(1) };
        Assert.True(await Store.FinalizeAsync(sent, default));
        Assert.False(await Store.FinalizeAsync(sent, default));
        Assert.False(await Store.RestartAsync("a", Start, default));
        _test.Reopen();
        AssertSame(sent, (await Store.FindAsync("a", default))!);
        Assert.Empty(await Store.ReadScheduledAsync(default));
        Assert.Null(await Store.FindAsync("b", default));
    }

    [Fact]
    public async Task Events_come_in_the_order_of_their_times_and_a_restart_changes_it()
    {
        foreach (var delayed in (DelayedEvent[])[New("late", 9), New("early", 3), New("bob", 5) with { Owner = Bob }])
            Assert.True(await Store.TryAddAsync(delayed, 9, default));

        Assert.Equal(["early", "bob", "late"], Ids(await Store.ReadScheduledAsync(default)));
        Assert.True(await Store.RestartAsync("early", Start.AddSeconds(7), default));
        Assert.Equal(["bob", "late", "early"], Ids(await Store.ReadScheduledAsync(default)));
        Assert.Equal(Start.AddSeconds(10), (await Store.FindAsync("early", default))!.SendAt);
        Assert.Equal(["late", "early"], Ids(await Store.ReadOwnAsync(Alice, default)));
        await Store.DeleteAllAsync(Alice, default);
        Assert.Equal(["bob"], Ids(await Store.ReadScheduledAsync(default)));
    }

    [Fact]
    public async Task A_user_has_a_bounded_number_scheduled_and_finalized()
    {
        Assert.True(await Store.TryAddAsync(New("1", 1), 2, default));
        Assert.True(await Store.TryAddAsync(New("2", 1), 2, default));
        Assert.False(await Store.TryAddAsync(New("3", 1), 2, default));
        Assert.True(await Store.TryAddAsync(New("4", 1) with { Owner = Bob }, 2, default));
        Assert.Null(await Store.FindAsync("3", default));

        for (var i = 0; i <= IDelayedEventStore.MaxFinalized; i++)
        {
            var delayed = New($"f{i}", 1) with { Outcome = DelayedOutcome.Canceled, FinalizedAt = Start.AddSeconds(i) };
            Assert.True(await Store.TryAddAsync(delayed, 1000, default));
            Assert.True(await Store.FinalizeAsync(delayed, default));
        }

        var own = await Store.ReadOwnAsync(Alice, default);
        Assert.Equal(["1", "2", $"f{IDelayedEventStore.MaxFinalized}"], Ids(own).Take(3));
        Assert.Equal(2 + IDelayedEventStore.MaxFinalized, own.Count);
        Assert.Null(await Store.FindAsync("f0", default));
    }

    public void Dispose() => _test.Dispose();

    static DelayedEvent New(string id, int seconds) => new(id, Alice, Room, "m.test", TimeSpan.FromSeconds(seconds), Start) { Content = "{}"u8.ToArray() };

    static IEnumerable<string> Ids(IEnumerable<DelayedEvent> events) => events.Select(static delayed => delayed.DelayId);

    // Contents are compared by their bytes, everything else as a record.
    static void AssertSame(DelayedEvent expected, DelayedEvent actual)
    {
        Assert.Equal(expected.Content.ToArray(), actual.Content.ToArray());
        Assert.Equal(expected with { Content = default }, actual with { Content = default });
    }
}
