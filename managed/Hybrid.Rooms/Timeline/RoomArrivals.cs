using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.Streams;

namespace Hybrid.Rooms.Timeline;

/// <summary>Tells those who wait at one room that something came there.</summary>
public sealed class RoomArrivals : IDisposable
{
    readonly ConcurrentDictionary<RoomId, TaskCompletionSource> _waits = new();
    readonly IDisposable _subscription;

    public RoomArrivals(StreamHub hub) => _subscription = hub.Subscribe(Follow);

    /// <summary>Completes with the next event of the room after this call. Look at the room after it, not before.</summary>
    public Task NextAsync(RoomId roomId) =>
        _waits.GetOrAdd(roomId, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Dispose() => _subscription.Dispose();

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        if (_waits.IsEmpty)
            return;

        foreach (ref readonly var notice in notices.Span)
        {
            if (notice.Event is { } stored && _waits.TryRemove(stored.RoomId, out var wait))
                wait.SetResult();
        }
    }
}
