using Hybrid.Storage.Keys;
using Hybrid.Storage.ToDevice;
using static Hybrid.Sync.Tests.SyncServer;

namespace Hybrid.Sync.Tests;

public sealed class DeviceTests : IDisposable
{
    static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);

    readonly SyncServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_message_to_a_device_wakes_it_and_stays_until_it_is_acknowledged()
    {
        var first = await _server.SyncAsync(Bob);
        var waiting = _server.SyncAsync(Bob, first, wait: Wait);
        await _server.SendToDeviceAsync(Alice, Bob, """{"n":1}""", "t1");
        var answer = await waiting;
        var again = await _server.SyncAsync(Bob, first);

        Assert.Equal(1, Assert.Single(answer.Events("to_device")).GetProperty("content").GetProperty("n").GetInt32());
        Assert.Single(again.Events("to_device"));
        Assert.Empty((await _server.SyncAsync(Bob, again)).Events("to_device"));
        Assert.Empty(await _server.Get<IToDeviceStore>().ReadAsync(Bob, DeviceOf(Bob), 0, long.MaxValue, 10, default));
    }

    [Fact]
    public async Task Many_messages_come_in_parts_and_none_is_lost()
    {
        var answer = await _server.SyncAsync(Bob);
        for (var i = 0; i < 250; i++)
            await _server.SendToDeviceAsync(Alice, Bob, $$"""{"n":{{i}}}""", $"t{i}");

        var received = new List<int>();
        do
        {
            answer = await _server.SyncAsync(Bob, answer);
            received.AddRange(answer.Events("to_device").Select(message => message.GetProperty("content").GetProperty("n").GetInt32()));
        }
        while (answer.Events("to_device").Count > 0);

        Assert.Equal(Enumerable.Range(0, 250), received);
    }

    [Fact]
    public async Task One_time_key_counts_are_in_every_answer()
    {
        var answer = await _server.SyncAsync(Bob);
        var empty = await _server.SyncAsync(Bob, answer);

        Assert.Equal(0, empty.Find("device_one_time_keys_count", "signed_curve25519")!.Value.GetInt32());
        Assert.Empty(empty.Find("device_unused_fallback_key_types")!.Value.EnumerateArray());
    }

    [Fact]
    public async Task New_keys_are_announced_to_those_who_share_a_room()
    {
        await _server.CreateRoomAsync(Alice, Bob);
        var (bob, carol) = (await _server.SyncAsync(Bob), await _server.SyncAsync(Carol));
        var waiting = _server.SyncAsync(Bob, bob, wait: Wait);
        await _server.Get<IKeyStore>().StoreAsync(new KeyUpload(Alice, DeviceOf(Alice), "{}"u8.ToArray(), [], []), default);

        Assert.Equal([Alice.Value], Changed(await waiting));
        Assert.Null((await _server.SyncAsync(Carol, carol)).Find("device_lists"));
    }

    [Fact]
    public async Task Those_who_begin_and_cease_to_share_a_room_are_named()
    {
        var room = await _server.CreateRoomAsync(Alice);
        var first = await _server.SyncAsync(Alice);
        await _server.JoinAsync(room, Bob);
        var joined = await _server.SyncAsync(Alice, first);
        await _server.LeaveAsync(room, Bob);
        var left = await _server.SyncAsync(Alice, joined);

        Assert.Equal([Bob.Value], Changed(joined));
        Assert.Equal([Bob.Value], left.Find("device_lists", "left")!.Value.EnumerateArray().Select(user => user.GetString()!));
        var changes = await _server.Shared.ReadChangesAsync(Alice, first.Next.Events, joined.Next.Events, default);
        Assert.Empty(changes.Ceased);
    }

    [Fact]
    public async Task One_who_still_shares_another_room_has_not_left()
    {
        var (one, _) = (await _server.CreateRoomAsync(Alice, Bob), await _server.CreateRoomAsync(Alice, Bob));
        var first = await _server.SyncAsync(Alice);
        await _server.LeaveAsync(one, Bob);

        Assert.Null((await _server.SyncAsync(Alice, first)).Find("device_lists"));
        Assert.Equal([Bob], await _server.Shared.UsersSharingRoomsAsync(Alice, default));
    }

    static IEnumerable<string> Changed(SyncAnswer answer) =>
        answer.Find("device_lists", "changed")!.Value.EnumerateArray().Select(static user => user.GetString()!);
}
