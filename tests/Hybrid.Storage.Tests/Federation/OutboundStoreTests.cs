using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Tests.Shared;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Storage.Tests.Federation;

public sealed class SqliteOutboundStoreTests() : OutboundStoreTests(TestEngine.Sqlite);

public sealed class PostgresOutboundStoreTests() : OutboundStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about where other servers are in the log, and in which rooms.</summary>
public abstract class OutboundStoreTests(TestEngine engine) : IDisposable
{
    static readonly ServerName One = ServerName.Parse("one.test");
    static readonly ServerName Two = ServerName.Parse("two.test:8448");
    static readonly OwedRoom First = new(One, RoomId.Parse("!a:hybrid.test"), 3);
    static readonly OwedRoom Second = new(One, RoomId.Parse("!b:hybrid.test"), 1);
    static readonly OwedRoom Third = new(Two, RoomId.Parse("!a:hybrid.test"), 2);

    readonly TestDatabase _test = new(engine);

    IOutboundStore Store => _test.Get<IOutboundStore>();

    [Fact]
    public async Task Nothing_is_known_at_first()
    {
        Assert.Null(await Store.ReadPositionAsync(default));
        Assert.Empty(await Store.ReadOwedAsync(null, 10, default));
        Assert.Empty(await Store.ReadOwedAsync(One, default));
    }

    [Fact]
    public async Task What_is_owed_is_read_by_server_and_room_a_page_at_a_time()
    {
        await Store.WriteAsync(7, [Third, Second, First], [], default);
        _test.Reopen();

        Assert.Equal(7, await Store.ReadPositionAsync(default));
        Assert.Equal([First, Second], await Store.ReadOwedAsync(null, 2, default));
        Assert.Equal([Third], await Store.ReadOwedAsync(Second, 2, default));
        Assert.Equal([First, Second], await Store.ReadOwedAsync(One, default));
    }

    [Fact]
    public async Task What_is_owed_no_longer_goes_and_what_is_owed_anew_is_changed()
    {
        await Store.WriteAsync(7, [First, Second, Third], [], default);
        await Store.WriteAsync(9, [Third with { From = 9 }], [First], default);

        Assert.Equal(9, await Store.ReadPositionAsync(default));
        Assert.Equal([Second, Third with { From = 9 }], await Store.ReadOwedAsync(null, 10, default));
    }

    [Fact]
    public async Task Rooms_are_found_by_the_servers_whose_users_are_in_them()
    {
        var first = await new TestRoom(_test.Rooms, "first").CreateAsync();
        var second = await new TestRoom(_test.Rooms, "second").CreateAsync();
        await first.MemberAsync(UserId.Parse("@a:one.test"), "join");
        await first.MemberAsync(UserId.Parse("@b:one.test"), "join");
        await first.MemberAsync(UserId.Parse("@c:two.test:8448"), "join");
        await second.MemberAsync(UserId.Parse("@a:one.test"), "invite");
        await second.MemberAsync(UserId.Parse("@c:two.test:8448"), "join");
        await second.MemberAsync(UserId.Parse("@c:two.test:8448"), "leave");

        Assert.Equal([first.RoomId], await _test.Memberships.ReadRoomsOfServerAsync(One, default));
        Assert.Equal([first.RoomId], await _test.Memberships.ReadRoomsOfServerAsync(Two, default));
        Assert.Equal(2, (await _test.Memberships.ReadRoomsOfServerAsync(Alice.Server, default)).Count);
        Assert.Empty(await _test.Memberships.ReadRoomsOfServerAsync(ServerName.Parse("test"), default));
    }

    [Fact]
    public async Task Servers_of_members_are_listed_in_order_a_page_at_a_time()
    {
        var room = await new TestRoom(_test.Rooms).CreateAsync();
        await room.MemberAsync(UserId.Parse("@c:two.test:8448"), "join");
        await room.MemberAsync(UserId.Parse("@a:one.test"), "join");
        await room.MemberAsync(UserId.Parse("@b:one.test"), "leave");

        Assert.Equal([Alice.Server, One], await _test.Memberships.ReadServersAsync(null, 2, default));
        Assert.Equal([Two], await _test.Memberships.ReadServersAsync(One, 2, default));
        Assert.Empty(await _test.Memberships.ReadServersAsync(Two, 2, default));
        Assert.True(await _test.Memberships.IsServerKnownAsync(One, default));
        Assert.False(await _test.Memberships.IsServerKnownAsync(ServerName.Parse("two.test"), default));
    }

    public void Dispose() => _test.Dispose();
}
