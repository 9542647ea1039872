using Hybrid.Primitives;
using Hybrid.Storage.Streams;
using Hybrid.Storage.Threads;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Threads;

public sealed class SqliteThreadSubscriptionStoreTests() : ThreadSubscriptionStoreTests(TestEngine.Sqlite);

public sealed class PostgresThreadSubscriptionStoreTests() : ThreadSubscriptionStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about followed threads.</summary>
public abstract class ThreadSubscriptionStoreTests(TestEngine engine) : IDisposable
{
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");
    static readonly RoomId Room = RoomId.Parse("!room:hybrid.test");
    static readonly EventId Root = EventId.Parse("$root");

    readonly TestDatabase _test = new(engine);

    IThreadSubscriptionStore Store => _test.Get<IThreadSubscriptionStore>();

    [Fact]
    public async Task What_users_do_themselves_stays_above_what_their_client_does()
    {
        Assert.Null(await FindAsync());
        Assert.Equal(SubscribeOutcome.Subscribed, await SubscribeAsync(cause: 5));
        var automatic = await FindAsync();
        Assert.Equal((true, true), (automatic!.IsSubscribed, automatic.IsAutomatic));
        Assert.Equal(SubscribeOutcome.Subscribed, await SubscribeAsync(cause: 6));
        Assert.Equal(automatic, await FindAsync());

        Assert.Equal(SubscribeOutcome.Subscribed, await SubscribeAsync(cause: null));
        var manual = await FindAsync();
        Assert.Equal((true, false), (manual!.IsSubscribed, manual.IsAutomatic));
        Assert.True(manual.Position > automatic.Position);
        Assert.Equal(SubscribeOutcome.Subscribed, await SubscribeAsync(cause: 7));
        Assert.Equal(SubscribeOutcome.Subscribed, await SubscribeAsync(cause: null));
        _test.Reopen();
        Assert.Equal(manual, await FindAsync());
        Assert.Null(await Store.FindAsync(Bob, Room, Root, default));
    }

    [Theory]
    [InlineData(10L, SubscribeOutcome.Unsubscribed)]
    [InlineData(9L, SubscribeOutcome.Unsubscribed)]
    [InlineData(11L, SubscribeOutcome.Subscribed)]
    [InlineData(null, SubscribeOutcome.Subscribed)]
    public async Task Who_unsubscribed_is_subscribed_again_by_themselves_or_by_what_came_later(long? cause, SubscribeOutcome outcome)
    {
        await SubscribeAsync(cause: null);
        await Store.UnsubscribeAsync(Alice, Room, Root, seen: 10, default);
        var ended = await FindAsync();
        Assert.Equal((false, false), (ended!.IsSubscribed, ended.IsAutomatic));

        // Ending it again changes nothing, not even what has been seen.
        await Store.UnsubscribeAsync(Alice, Room, Root, seen: 20, default);
        Assert.Equal(ended, await FindAsync());

        Assert.Equal(outcome, await SubscribeAsync(cause));
        Assert.Equal(outcome == SubscribeOutcome.Subscribed, (await FindAsync())!.IsSubscribed);
    }

    [Fact]
    public async Task Nothing_is_stored_for_who_was_never_subscribed()
    {
        await Store.UnsubscribeAsync(Alice, Room, Root, seen: 10, default);

        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task The_newest_changes_come_oldest_first_and_are_published()
    {
        var notices = new List<StreamNotice>();
        using var subscription = _test.Hub.Subscribe(published => notices.AddRange(published.Span));
        for (var i = 1; i <= 4; i++)
            await Store.SubscribeAsync(Alice, Room, EventId.Parse($"${i}"), null, 100, default);
        await Store.UnsubscribeAsync(Alice, Room, EventId.Parse("$2"), 1, default);
        await Store.SubscribeAsync(Bob, Room, Root, null, 100, default);

        var all = await Store.ReadChangesAsync(Alice, 0, long.MaxValue, 10, default);
        Assert.Equal(["$1", "$3", "$4", "$2"], all.Select(static change => change.RootId.Value));
        Assert.Equal([true, true, true, false], all.Select(static change => change.IsSubscribed));
        Assert.Equal(all.TakeLast(2), await Store.ReadChangesAsync(Alice, 0, long.MaxValue, 2, default));
        Assert.Equal([all[1], all[2]], await Store.ReadChangesAsync(Alice, all[0].Position, all[2].Position, 10, default));
        Assert.Equal(
            [.. all.Select(static change => change.Position)],
            notices.Where(static notice => notice is { Stream: StreamKind.AccountData, Room: not null } && notice.User == Alice).Select(static notice => notice.Position).Where(position => all.Any(change => change.Position == position)));

        await Store.DeleteAllAsync(Alice, default);
        Assert.Empty(await Store.ReadChangesAsync(Alice, 0, long.MaxValue, 10, default));
        Assert.Single(await Store.ReadChangesAsync(Bob, 0, long.MaxValue, 10, default));
    }

    [Fact]
    public async Task A_user_decides_about_so_many_threads_and_no_more()
    {
        Assert.Equal(SubscribeOutcome.Subscribed, await SubscribeAsync(null, "$1", most: 2));
        Assert.Equal(SubscribeOutcome.Subscribed, await SubscribeAsync(null, "$2", most: 2));

        Assert.Equal(SubscribeOutcome.TooMany, await SubscribeAsync(null, "$3", most: 2));
        Assert.Equal(SubscribeOutcome.Subscribed, await SubscribeAsync(null, "$1", most: 2));
    }

    public void Dispose() => _test.Dispose();

    Task<SubscribeOutcome> SubscribeAsync(long? cause, string root = "$root", int most = 100) =>
        Store.SubscribeAsync(Alice, Room, EventId.Parse(root), cause, most, default).AsTask();

    Task<ThreadSubscription?> FindAsync() => Store.FindAsync(Alice, Room, Root, default).AsTask();
}
