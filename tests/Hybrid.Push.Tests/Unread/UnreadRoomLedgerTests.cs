using Hybrid.Primitives;
using Hybrid.Push.Unread;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;

namespace Hybrid.Push.Tests.Unread;

public sealed class UnreadRoomLedgerTests
{
    static readonly RoomId Room = RoomId.Parse("!room:hybrid.test");
    static readonly UserId Alice = UserId.Parse("@alice:hybrid.test");
    static readonly UserId Bob = UserId.Parse("@bob:hybrid.test");
    static readonly EventId Root = EventId.Parse("$root");

    readonly UnreadRoomLedger _ledger = new(Room, UnreadRoom.Empty);

    [Fact]
    public void Exceptions_count_in_their_own_way()
    {
        Add(1, exceptions: (Bob, UnreadWeight.Highlight));
        Add(2, exceptions: (Bob, UnreadWeight.None));
        Add(3, UnreadWeight.None, (Bob, UnreadWeight.Notification));

        Assert.Equal(new UnreadCount(2, 1), Count(Bob).Main);
        Assert.Equal(new UnreadCount(2, 0), Count(UserId.Parse("@carol:hybrid.test")).Main);
        Assert.Same(UnreadCounts.None, Count(Alice));
    }

    [Fact]
    public void The_furthest_receipt_of_any_type_counts()
    {
        for (var position = 1; position <= 5; position++)
            Add(position);

        Assert.Equal(2, _ledger.Count(Bob, [Read(1, ReceiptTypes.Read), Read(3, ReceiptTypes.ReadPrivate)], 0).Main.Notifications);
    }

    [Fact]
    public void A_receipt_that_comes_replaces_the_one_before_it()
    {
        Add(1);
        Add(2);
        Assert.Null(_ledger.TryCount(Bob));
        Assert.Equal(2, Count(Bob).Main.Notifications);

        _ledger.Apply(Read(1, ReceiptTypes.Read));
        Assert.Equal(1, _ledger.TryCount(Bob)!.Main.Notifications);
        _ledger.Apply(Read(2, ReceiptTypes.Read));
        Assert.Same(UnreadCounts.None, _ledger.TryCount(Bob));
    }

    [Fact]
    public void Receipts_that_were_read_before_another_came_are_not_kept()
    {
        Add(1);
        var seen = _ledger.ReceiptsSeen;
        _ledger.Apply(Read(1, ReceiptTypes.Read));

        Assert.Equal(1, _ledger.Count(Bob, [], seen).Main.Notifications);
        Assert.Null(_ledger.TryCount(Bob));
    }

    [Fact]
    public void Threads_are_counted_and_read_apart()
    {
        Add(1);
        Add(2, thread: Root);
        Add(3, thread: Root);

        var counts = Count(Bob);
        Assert.Equal(1, counts.Main.Notifications);
        Assert.Equal(2, counts.Threads[Root].Notifications);
        Assert.Equal(3, counts.Total.Notifications);
        _ledger.Apply(Read(2, ReceiptTypes.Read, Root.Value));
        Assert.Equal(1, _ledger.TryCount(Bob)!.Threads[Root].Notifications);
        _ledger.Apply(Read(3, ReceiptTypes.Read, ReceiptTypes.MainThread));
        Assert.Equal(new UnreadCount(1, 0), _ledger.TryCount(Bob)!.Total);
    }

    [Fact]
    public void Only_the_latest_events_are_kept_and_joins_before_them_are_forgotten()
    {
        _ledger.Join(Bob, 1);
        for (var position = 2; position < UnreadRoomLedger.Capacity + 5; position++)
            Add(position);

        Assert.Equal(UnreadRoomLedger.Capacity, Count(Bob).Main.Notifications);
        var changes = _ledger.TakeChanges()!;
        Assert.Equal(4, changes.KeepAfter);
        Assert.Equal(UnreadRoomLedger.Capacity + 3, changes.Added.Count);
        Assert.Null(_ledger.TakeChanges());
    }

    [Fact]
    public void What_is_removed_or_before_a_join_does_not_count()
    {
        Add(1);
        _ledger.Join(Bob, 2);
        Add(3);
        Add(4);
        _ledger.Remove(3);
        _ledger.Remove(99);

        Assert.Equal(1, Count(Bob).Main.Notifications);
        var changes = _ledger.TakeChanges()!;
        Assert.Equal([3L], changes.Removed);
        Assert.Equal(2, changes.Joined[Bob]);
    }

    void Add(long position, UnreadWeight everyone = UnreadWeight.Notification, params (UserId User, UnreadWeight Weight)[] exceptions) =>
        _ledger.Add(new UnreadEvent(position, Alice, null, everyone, exceptions.ToDictionary(static entry => entry.User, static entry => entry.Weight)));

    void Add(long position, EventId thread) =>
        _ledger.Add(new UnreadEvent(position, Alice, thread, UnreadWeight.Notification, new Dictionary<UserId, UnreadWeight>()));

    UnreadCounts Count(UserId user) => _ledger.Count(user, [], _ledger.ReceiptsSeen);

    static Receipt Read(long eventPosition, string type, string? thread = null) =>
        new(Room, Bob, type, thread, EventId.Parse("$read"), eventPosition, 0, 0);
}
