using System.Text;
using Hybrid.Ephemeral.Receipts;
using Hybrid.Primitives;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Receipts;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Ephemeral.Tests;

public sealed class ReceiptServiceTests : IDisposable
{
    readonly TestDatabase _test = new();
    readonly IReceiptStore _store;
    readonly IAccountDataStore _accountData;
    readonly ReceiptService _receipts;
    readonly TestRoom _room;

    public ReceiptServiceTests()
    {
        _store = _test.Get<IReceiptStore>();
        _accountData = _test.Get<IAccountDataStore>();
        _receipts = new ReceiptService(_store, _test.Rooms, _accountData, new FakeTimeProvider());
        _room = new TestRoom(_test.Rooms);
    }

    public void Dispose() => _test.Dispose();

    [Fact]
    public async Task A_receipt_never_moves_backwards()
    {
        await _room.CreateAsync();
        var (one, two) = (await _room.SayAsync(TestRoom.Alice), await _room.SayAsync(TestRoom.Alice));
        await SetAsync(two.EventId);
        var position = _test.Hub.Current(StreamKind.Receipts);
        await SetAsync(one.EventId);

        Assert.Equal(two.EventId, Assert.Single(await _store.ReadUserAsync(_room.RoomId, TestRoom.Bob, default)).EventId);
        Assert.Equal(position, _test.Hub.Current(StreamKind.Receipts));
    }

    [Fact]
    public async Task Threads_have_receipts_of_their_own()
    {
        await _room.CreateAsync();
        var root = await _room.SayAsync(TestRoom.Alice);
        var reply = await _room.RelateAsync(TestRoom.Alice, root, "m.thread");
        var reaction = await _room.RelateAsync(TestRoom.Alice, reply, "m.annotation", "m.reaction");
        Assert.Null(await SetAsync(reply.EventId, thread: root.EventId.Value));
        Assert.Null(await SetAsync(root.EventId, thread: "main"));
        Assert.Null(await SetAsync(root.EventId));
        Assert.Null(await SetAsync(reaction.EventId, thread: root.EventId.Value));

        var threads = (await _store.ReadUserAsync(_room.RoomId, TestRoom.Bob, default)).Select(receipt => receipt.ThreadId).ToHashSet();
        Assert.True(threads.SetEquals([null, "main", root.EventId.Value]));
    }

    [Fact]
    public async Task An_event_of_another_thread_is_refused()
    {
        await _room.CreateAsync();
        var root = await _room.SayAsync(TestRoom.Alice);
        var reply = await _room.RelateAsync(TestRoom.Alice, root, "m.thread");
        var aside = await _room.SayAsync(TestRoom.Alice);

        Assert.Equal("M_INVALID_PARAM", (await SetAsync(reply.EventId, thread: "main"))?.Code);
        Assert.Equal("M_INVALID_PARAM", (await SetAsync(aside.EventId, thread: root.EventId.Value))?.Code);
        Assert.Equal("M_INVALID_PARAM", (await SetAsync(aside.EventId, ReceiptTypes.FullyRead, "main"))?.Code);
    }

    [Fact]
    public async Task Unknown_types_and_events_of_other_rooms_are_refused()
    {
        await _room.CreateAsync();
        var said = await _room.SayAsync(TestRoom.Alice);
        var other = await new TestRoom(_test.Rooms, "other").CreateAsync();
        var elsewhere = await other.SayAsync(TestRoom.Alice);

        Assert.Equal(400, (await SetAsync(said.EventId, "m.seen"))?.Status);
        Assert.Equal("M_NOT_FOUND", (await SetAsync(elsewhere.EventId))?.Code);
        Assert.Equal("M_NOT_FOUND", (await SetAsync(EventId.Parse("$nothing")))?.Code);
    }

    [Fact]
    public async Task The_fully_read_marker_is_stored_with_the_room()
    {
        await _room.CreateAsync();
        var said = await _room.SayAsync(TestRoom.Alice);
        await SetAsync(said.EventId, ReceiptTypes.FullyRead);

        var content = await _accountData.FindAsync(TestRoom.Bob, _room.RoomId, ReceiptTypes.FullyRead, default);

        Assert.Equal($$"""{"event_id":"{{said.EventId}}"}""", Encoding.UTF8.GetString(content!.Value.Span));
    }

    [Fact]
    public async Task A_private_receipt_is_published_without_its_room()
    {
        await _room.CreateAsync();
        var said = await _room.SayAsync(TestRoom.Alice);
        var rooms = new List<RoomId?>();
        using var subscription = _test.Hub.Subscribe(notices => rooms.Add(notices.Span[0].Room));
        await SetAsync(said.EventId, ReceiptTypes.ReadPrivate);
        await SetAsync(said.EventId);

        Assert.Equal([null, _room.RoomId], rooms);
        Assert.Equal(2, (await _store.ReadChangesAsync(0, long.MaxValue, default)).Count);
    }

    async Task<MatrixError?> SetAsync(EventId eventId, string type = ReceiptTypes.Read, string? thread = null) =>
        (await _receipts.SetAsync(_room.RoomId, TestRoom.Bob, type, eventId, thread, default)).Error;
}
