using System.Runtime.CompilerServices;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.Tests.Maintenance;
using Hybrid.Rooms.Tests.Receiving;

namespace Hybrid.Rooms.Tests;

/// <summary>What a room is given to do, once it is done.</summary>
public sealed class MailboxTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly RoomServer _server = new();
    readonly Peer _peer;

    public MailboxTests() => _peer = new Peer("far.test", _server.Time);

    public void Dispose()
    {
        _peer.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task What_was_received_is_let_go()
    {
        var room = await _server.CreateRoomAsync();
        var batch = await ReceiveAsync(room);
        await RoomServer.SayAsync(room);

        using var limit = new CancellationTokenSource(Limit);
        while (batch.TryGetTarget(out _))
        {
            GC.Collect();
            await Task.Delay(20, limit.Token);
        }
    }

    // By itself, so that no local of the test keeps the batch.
    [MethodImpl(MethodImplOptions.NoInlining)]
    async Task<WeakReference<IncomingEvent[]>> ReceiveAsync(Room room)
    {
        IncomingEvent[] batch = [_peer.Joins(room.Current)];
        await room.ReceiveAsync(batch, afresh: false, default);
        return new WeakReference<IncomingEvent[]>(batch);
    }
}
