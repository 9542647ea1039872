using Hybrid.Primitives;
using Hybrid.Storage.Push;
using Hybrid.Tests.Shared;

namespace Hybrid.Push.Tests.Unread;

public sealed class UnreadStoreTests : IDisposable
{
    static readonly RoomId Room = RoomId.Parse("!room:hybrid.test");
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly UserId Bob = UserId.Parse("@bob with a space:hybrid.test");
    static readonly EventId Root = EventId.Parse("$root");

    readonly TestDatabase _test = new();

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_fresh_store_has_counted_nothing()
    {
        var store = _test.Get<IUnreadStore>();

        Assert.Equal(0, await store.ReadPositionAsync(default));
        var room = await store.ReadRoomAsync(Room, default);
        Assert.Empty(room.Events);
        Assert.Empty(room.Joins);
    }

    [Fact]
    public async Task What_is_saved_is_there_after_a_restart()
    {
        var exceptions = new Dictionary<UserId, UnreadWeight> { [Bob] = UnreadWeight.Highlight, [Alice] = UnreadWeight.None };
        await SaveAsync(7, new UnreadChanges(
            Room,
            [Unread(5), new UnreadEvent(6, Alice, Root, UnreadWeight.None, exceptions)],
            [],
            new Dictionary<UserId, long> { [Bob] = 4 },
            0));

        _test.Reopen();
        var store = _test.Get<IUnreadStore>();
        var room = await store.ReadRoomAsync(Room, default);

        Assert.Equal(7, await store.ReadPositionAsync(default));
        Assert.Equal([5L, 6L], room.Events.Select(static unread => unread.Position));
        Assert.Equal((UnreadWeight.Notification, UnreadWeight.None), (room.Events[0].Everyone, room.Events[1].Everyone));
        Assert.Equal(Root, room.Events[1].Thread);
        Assert.Equal(exceptions, room.Events[1].Exceptions);
        Assert.Equal(4, room.Joins[Bob]);
    }

    [Fact]
    public async Task Counting_an_event_again_changes_nothing_and_old_ones_go()
    {
        var changes = new UnreadChanges(Room, [Unread(1), Unread(2), Unread(3)], [], new Dictionary<UserId, long> { [Bob] = 1 }, 0);
        await SaveAsync(3, changes);
        await SaveAsync(3, changes);
        await SaveAsync(4, new UnreadChanges(Room, [Unread(4)], [3], new Dictionary<UserId, long>(), 1));

        var room = await _test.Get<IUnreadStore>().ReadRoomAsync(Room, default);

        Assert.Equal([2L, 4L], room.Events.Select(static unread => unread.Position));
        Assert.Empty(room.Joins);
    }

    static UnreadEvent Unread(long position) =>
        new(position, Alice, null, UnreadWeight.Notification, new Dictionary<UserId, UnreadWeight>());

    ValueTask SaveAsync(long position, UnreadChanges changes) =>
        _test.Get<IUnreadStore>().SaveAsync(position, [changes], default);
}
