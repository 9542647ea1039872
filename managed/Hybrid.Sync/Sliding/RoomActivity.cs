using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.Sliding;
using Hybrid.Storage.Streams;

namespace Hybrid.Sync.Sliding;

/// <summary>When something last happened in a room, by position in the log: what lists of rooms are ordered by. No room is loaded for it.</summary>
sealed class RoomActivity : IDisposable
{
    readonly ConcurrentDictionary<RoomId, long> _latest = new();
    readonly ConcurrentDictionary<UserId, bool> _known = new();
    readonly ISlidingSyncStore _store;
    readonly IDisposable _subscription;

    public RoomActivity(ISlidingSyncStore store, StreamHub hub)
    {
        _store = store;
        _subscription = hub.Subscribe(Follow);
    }

    /// <summary>Makes the rooms of the user known. Those they join later announce themselves.</summary>
    public async ValueTask LoadAsync(UserId userId, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey(userId))
            return;

        // What happens meanwhile is followed, and the later position stays.
        foreach (var (roomId, position) in await _store.ReadActivityAsync(userId, cancellationToken))
            Raise(roomId, position);
        _known[userId] = true;
    }

    /// <summary>The position of the room's last event; 0 for a room that no loaded user is in.</summary>
    public long Of(RoomId roomId) => _latest.GetValueOrDefault(roomId);

    public void Dispose() => _subscription.Dispose();

    void Follow(ReadOnlyMemory<StreamNotice> notices)
    {
        foreach (ref readonly var notice in notices.Span)
        {
            if (notice.Event is { } stored)
                Raise(stored.RoomId, stored.Position);
        }
    }

    void Raise(RoomId roomId, long position) =>
        _latest.AddOrUpdate(roomId, static (_, added) => added, static (_, known, added) => Math.Max(known, added), position);
}
