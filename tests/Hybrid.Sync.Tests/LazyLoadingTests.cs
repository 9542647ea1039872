using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

public sealed class LazyLoadingTests : IDisposable
{
    const string Lazy = """{"room":{"state":{"lazy_load_members":true},"timeline":{"limit":1}}}""";
    const string Redundant = """{"room":{"state":{"lazy_load_members":true,"include_redundant_members":true},"timeline":{"limit":1}}}""";

    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Only_senders_and_oneself_come_as_members()
    {
        var room = await NamedRoomAsync();
        await _server.SayAsync(room, Alice, "hi");

        var answer = await _server.SyncAsync(Bob, filter: Lazy);

        Assert.Equal([Alice.Value, Bob.Value], answer.Members(room).Order());
    }

    [Fact]
    public async Task Heroes_come_as_members()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob, Carol);
        await _server.SayAsync(room, Alice, "hi");

        var answer = await _server.SyncAsync(Bob, filter: Lazy);

        Assert.Equal([Alice.Value, Bob.Value, Carol.Value], answer.Members(room).Order());
    }

    [Fact]
    public async Task A_member_is_sent_when_first_seen_and_not_again()
    {
        var room = await NamedRoomAsync();
        await _server.SayAsync(room, Alice, "hi");
        var first = await _server.SyncAsync(Bob, filter: Lazy);
        await _server.SayAsync(room, Carol, "I am new");
        var second = await _server.SyncAsync(Bob, first, Lazy);
        await _server.SayAsync(room, Carol, "not any more");
        var third = await _server.SyncAsync(Bob, second, Lazy);
        await _server.SayAsync(room, Carol, "and once more");
        var redundant = await _server.SyncAsync(Bob, third, Redundant);

        Assert.Equal([Carol.Value], second.Members(room));
        Assert.Empty(third.Members(room));
        Assert.Equal([Carol.Value], redundant.Members(room));
    }

    [Fact]
    public async Task A_member_in_an_answer_that_was_lost_is_sent_again()
    {
        var room = await NamedRoomAsync();
        await _server.SayAsync(room, Alice, "hi");
        var first = await _server.SyncAsync(Bob, filter: Lazy);
        await _server.SayAsync(room, Carol, "I am new");
        await _server.SyncAsync(Bob, first, Lazy);

        var again = await _server.SyncAsync(Bob, first, Lazy);

        Assert.Equal([Carol.Value], again.Members(room));
    }

    [Fact]
    public async Task Members_that_changed_in_a_gap_come_even_if_no_one_needs_them()
    {
        var room = await NamedRoomAsync();
        var first = await _server.SyncAsync(Bob, filter: Lazy);
        await _server.LeaveAsync(room, Carol);
        await _server.SayAsync(room, Alice, "one");
        await _server.SayAsync(room, Alice, "two");

        var answer = await _server.SyncAsync(Bob, first, Lazy);

        Assert.True(answer.Limited(room));
        Assert.Contains(Carol.Value, answer.Members(room));
    }

    async Task<Primitives.RoomId> NamedRoomAsync()
    {
        var room = await _server.CreateRoomAsync(Alice, Bob, Carol);
        await _server.SendAsync(room, Alice, "m.room.name", """{"name":"Named"}""", "");
        return room;
    }
}
