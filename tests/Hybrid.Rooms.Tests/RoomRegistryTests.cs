using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hybrid.Primitives;
using Hybrid.Rooms.Tests.Timeline;
using static Hybrid.Tests.Shared.TestRoom;

namespace Hybrid.Rooms.Tests;

public sealed class RoomRegistryTests : IDisposable
{
    static readonly TimeSpan GivingUp = TimeSpan.FromSeconds(30);

    readonly TimelineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Rooms_that_no_one_has_hold_of_go_and_come_back_and_one_in_use_stays_the_same()
    {
        var ids = new List<RoomId>();
        foreach (var name in (string[])["one", "two", "three", "four"])
        {
            var room = await _fixture.Room(name).CreateAsync("shared");
            await room.SayAsync(Alice);
            ids.Add(room.RoomId);
        }

        var registry = new RoomRegistry(_fixture.Test.Rooms, _fixture.States, null!, _fixture.Time) { MaxKept = 2 };
        var held = await FindAsync(registry, ids[0]);
        var loose = await FindLooselyAsync(registry, ids[1]);
        var last = (await FindAsync(registry, ids[2]), await FindLooselyAsync(registry, ids[3]));
        await CollectAsync(loose);

        Assert.False(loose.TryGetTarget(out _));
        Assert.Same(held, await FindAsync(registry, ids[0]));
        var again = await FindAsync(registry, ids[1]);
        Assert.NotEqual(0, again.Current.LatestPosition);
        Assert.Same(again, await FindAsync(registry, ids[1]));
        Assert.True(last.Item2.TryGetTarget(out _));
        GC.KeepAlive(last.Item1);
    }

    // A thread that has just run the load may have it on its stack for a moment more.
    static async Task CollectAsync(WeakReference<Room> loose)
    {
        for (var patience = Stopwatch.StartNew(); loose.TryGetTarget(out _) && patience.Elapsed < GivingUp;)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }

    async Task<Room> FindAsync(RoomRegistry registry, RoomId roomId)
    {
        _fixture.Time.Advance(TimeSpan.FromSeconds(1));
        return (await registry.FindAsync(roomId, default))!;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    async Task<WeakReference<Room>> FindLooselyAsync(RoomRegistry registry, RoomId roomId) => new(await FindAsync(registry, roomId));
}
