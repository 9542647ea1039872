using System.Text;
using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Hybrid.Tests.Shared;

namespace Hybrid.Storage.Tests.Federation;

public sealed class SqliteInboundStoreTests() : InboundStoreTests(TestEngine.Sqlite);

public sealed class PostgresInboundStoreTests() : InboundStoreTests(TestEngine.Postgres);

/// <summary>What every engine must do about events of other servers that wait for their rooms.</summary>
public abstract class InboundStoreTests(TestEngine engine) : IDisposable
{
    static readonly RoomId Here = RoomId.Parse("!here:hybrid.test");
    static readonly RoomId There = RoomId.Parse("!there:hybrid.test");

    readonly TestDatabase _test = new(engine);

    IInboundStore Store => _test.Get<IInboundStore>();

    [Fact]
    public async Task Events_wait_over_a_restart_in_the_order_in_which_they_came_room_by_room()
    {
        await Store.AddAsync([Event("b", Here), Event("x", There)], default);
        await Store.AddAsync([Event("a", Here)], default);
        _test.Reopen();

        Assert.Equal([Here, There], (await Store.ReadRoomsAsync(default)).Order());
        var waiting = await Store.ReadAsync(Here, 10, default);
        Assert.Equal([Event("b", Here).EventId, Event("a", Here).EventId], waiting.Select(static inbound => inbound.EventId));
        Assert.Equal(2, await Store.CountAsync(Here, default));
        Assert.Equal([Event("b", Here).EventId], (await Store.ReadAsync(Here, 1, default)).Select(static inbound => inbound.EventId));
        var read = waiting[0];
        Assert.Equal((Here, ServerName.Parse("far.test:8448"), 5L), (read.RoomId, read.Origin, read.ReceivedAt));
        Assert.Equal("{\"a\":\"b\"}", Encoding.UTF8.GetString(read.Json.Span));
    }

    [Fact]
    public async Task An_event_that_waits_is_not_added_again_and_one_that_was_taken_out_can_be()
    {
        await Store.AddAsync([Event("a", Here), Event("a", Here)], default);
        await Store.AddAsync([Event("a", Here) with { Origin = ServerName.Parse("other.test") }], default);
        Assert.Equal(ServerName.Parse("far.test:8448"), Assert.Single(await Store.ReadAsync(Here, 10, default)).Origin);

        await Store.RemoveAsync([Event("a", Here).EventId, Event("unknown", Here).EventId], default);
        Assert.Empty(await Store.ReadRoomsAsync(default));
        Assert.Equal(0, await Store.CountAsync(Here, default));

        await Store.AddAsync([Event("a", Here)], default);
        Assert.Single(await Store.ReadAsync(Here, 10, default));
    }

    public void Dispose() => _test.Dispose();

    static InboundEvent Event(string name, RoomId room) =>
        new(EventId.Parse("$" + name.PadRight(43, '0')), room, ServerName.Parse("far.test:8448"), 5, Encoding.UTF8.GetBytes($$"""{"a":"{{name}}"}"""));
}
