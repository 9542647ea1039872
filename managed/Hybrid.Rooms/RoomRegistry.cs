using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms;

/// <summary>The rooms that are open, each loaded once on first use.</summary>
public sealed class RoomRegistry(IRoomStore store, RoomStates states, ServerIdentity identity, TimeProvider time)
{
    readonly ConcurrentDictionary<RoomId, Task<Room?>> _rooms = new();

    /// <summary>The room, or null when this server does not know it.</summary>
    public async ValueTask<Room?> FindAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        var opening = _rooms.GetOrAdd(roomId, static (id, registry) => registry.LoadAsync(id), this);
        try
        {
            var room = await opening.WaitAsync(cancellationToken);
            if (room is null)
                Forget();
            return room;
        }
        catch when (opening.IsFaulted)
        {
            Forget();
            throw;
        }

        // An unknown room may be created later, and a failed load may succeed next time.
        void Forget() => _rooms.TryRemove(KeyValuePair.Create(roomId, opening));
    }

    /// <summary>Adds a room that was just stored.</summary>
    internal Room Add(RoomSnapshot snapshot)
    {
        var room = new Room(snapshot, store, states, identity, time);
        _rooms[room.RoomId] = Task.FromResult<Room?>(room);
        return room;
    }

    /// <summary>Lets go of a room that is closed. Only then: two open rooms of one ID would be two writers.</summary>
    internal void Remove(RoomId closed) => _rooms.TryRemove(closed, out _);

    // Not bound to the first caller's patience: others wait for the same load.
    async Task<Room?> LoadAsync(RoomId roomId)
    {
        var stored = await store.LoadAsync(roomId, CancellationToken.None);
        if (stored is { StateRoot: null })
        {
            await states.PlaceAllAsync(stored.Room, CancellationToken.None);
            stored = await store.LoadAsync(roomId, CancellationToken.None);
        }

        return stored is null ? null : new Room(RoomSnapshot.Load(stored), store, states, identity, time);
    }
}
