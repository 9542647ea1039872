using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Sliding;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Sliding;

public sealed class SqliteSlidingSyncStoreTests() : SlidingSyncStoreTests(TestEngine.Sqlite);

public sealed class PostgresSlidingSyncStoreTests() : SlidingSyncStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about connections of sliding sync.</summary>
public abstract class SlidingSyncStoreTests(TestEngine engine) : IAsyncLifetime
{
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly DeviceId Phone = DeviceId.Parse("PHONE");
    static readonly RoomId First = RoomId.Parse("!first:hybrid.test");
    static readonly RoomId Second = RoomId.Parse("!second:hybrid.test");
    static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    readonly TestDatabase _test = new(engine);

    ISlidingSyncStore Store => _test.Get<ISlidingSyncStore>();

    public async Task InitializeAsync()
    {
        await _test.Get<IAccountStore>().TryAddAsync(new NewAccount(new AccountRecord(Alice, null, Start), null, null), default);
        var tokens = new TokenPair(TokenHash.Of("token"), null, null, null);
        await _test.Get<ISessionStore>().OpenAsync(new NewSession(Alice, Phone, null, tokens, Start), default);
    }

    public Task DisposeAsync()
    {
        _test.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_connection_is_found_with_all_that_it_was_sent_after_reopening()
    {
        var number = await StartAsync("one");
        var first = new SlidingRoom(First)
        {
            Events = SentMark.Live,
            Receipts = SentMark.UpTo(7),
            AccountData = SentMark.Never,
            TimelineLimit = 20,
            StateTerms = 1,
            IsDirect = true,
            Members = ["@bob:hybrid.test", "@carol:hybrid.test"],
        };
        await Store.SaveAsync(new SlidingStep(number, 0, 1, ["a", "b"], [first, new SlidingRoom(Second)]), Start, default);
        _test.Reopen();

        var found = (await Store.FindAsync(Alice, Phone, "one", default))!;

        Assert.Equal((number, 0L, 1L), (found.Number, found.Acknowledged, found.Pending));
        Assert.Equal(["a", "b"], found.StateTerms);
        Assert.Empty(found.Rooms);
        var stored = found.Changes.Single(room => room.RoomId == First);
        Assert.Equal(first.Members, stored.Members);
        Assert.Equal(first, stored with { Members = first.Members });
        Assert.Empty(found.Changes.Single(room => room.RoomId == Second).Members);
        Assert.Null(await Store.FindAsync(Alice, Phone, "two", default));
    }

    [Fact]
    public async Task What_is_acknowledged_stays_and_what_was_lost_goes()
    {
        var number = await StartAsync("one");
        await Store.SaveAsync(new SlidingStep(number, 0, 1, [], [Room(First, 1), Room(Second, 1)]), Start, default);
        await Store.SaveAsync(new SlidingStep(number, 1, 2, [], [Room(First, 2)]), Start, default);
        await AssertAsync([(First, 1), (Second, 1)], [(First, 2)]);

        // The answer of state 2 did not arrive: the client goes on from 1.
        await Store.SaveAsync(new SlidingStep(number, 1, 3, [], [Room(Second, 3)]), Start, default);
        await AssertAsync([(First, 1), (Second, 1)], [(Second, 3)]);

        await Store.SaveAsync(new SlidingStep(number, 3, 4, [], [Room(First, 4)]), Start, default);
        await AssertAsync([(First, 1), (Second, 3)], [(First, 4)]);
        await Store.SaveAsync(new SlidingStep(number, 4, 5, [], [Room(First, 5)]), Start, default);
        Assert.Equal(3, await _test.ReadIntegerAsync("SELECT count(*) FROM sliding_rooms"));

        async Task AssertAsync((RoomId, int)[] rooms, (RoomId, int)[] changes)
        {
            var found = (await Store.FindAsync(Alice, Phone, "one", default))!;
            Assert.Equal(rooms, found.Rooms.Select(static room => (room.RoomId, room.TimelineLimit)).OrderBy(static room => room.RoomId.Value));
            Assert.Equal(changes, found.Changes.Select(static room => (room.RoomId, room.TimelineLimit)));
        }
    }

    [Fact]
    public async Task A_connection_that_starts_anew_has_another_number_and_knows_nothing()
    {
        var first = await StartAsync("one");
        await Store.SaveAsync(new SlidingStep(first, 0, 1, [], [Room(First, 1)]), Start, default);
        var second = await StartAsync("one");
        await Store.SaveAsync(new SlidingStep(first, 1, 2, [], [Room(Second, 1)]), Start, default);

        Assert.True(second > first);
        var found = (await Store.FindAsync(Alice, Phone, "one", default))!;
        Assert.Equal(second, found.Number);
        Assert.Empty(found.Changes);
        Assert.Equal(0, await _test.ReadIntegerAsync("SELECT count(*) FROM sliding_rooms"));
    }

    [Fact]
    public async Task The_oldest_connection_of_a_device_goes_first_and_unused_ones_of_all()
    {
        await StartAsync("one", Start);
        await StartAsync("two", Start.AddMinutes(1));
        await StartAsync("three", Start.AddMinutes(2), most: 2);
        Assert.Null(await Store.FindAsync(Alice, Phone, "one", default));
        Assert.NotNull(await Store.FindAsync(Alice, Phone, "two", default));

        await StartAsync("four", Start.AddDays(40), unusedSince: Start.AddMinutes(2));
        Assert.Null(await Store.FindAsync(Alice, Phone, "two", default));
        Assert.NotNull(await Store.FindAsync(Alice, Phone, "three", default));
    }

    [Fact]
    public async Task Connections_go_with_their_device_and_none_starts_without_one()
    {
        var number = await StartAsync("one");
        await Store.SaveAsync(new SlidingStep(number, 0, 1, [], [Room(First, 1)]), Start, default);
        await _test.ChangeAsync("DELETE FROM devices WHERE device_id = 'PHONE'");

        Assert.Equal(0, await _test.ReadIntegerAsync("SELECT count(*) FROM sliding_rooms"));
        Assert.Null(await Store.StartAsync(Alice, Phone, "one", Start, Start, 16, default));
    }

    static SlidingRoom Room(RoomId roomId, int limit) => new(roomId) { Events = SentMark.Live, TimelineLimit = limit };

    async Task<long> StartAsync(string name, DateTimeOffset? now = null, int most = 16, DateTimeOffset? unusedSince = null) =>
        (await Store.StartAsync(Alice, Phone, name, now ?? Start, unusedSince ?? Start, most, default))!.Value;
}
