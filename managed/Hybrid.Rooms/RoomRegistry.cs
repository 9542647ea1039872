using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Rooms.PolicyServers;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms;

/// <summary>
/// The rooms that are open, each loaded once on first use. The latest are kept; the others for as long as anyone has hold of them, so that
/// someone in a thousand rooms does not fill the memory with them, and a room never has two writers.
/// </summary>
/// <param name="store">Where they are.</param>
/// <param name="states">Their state maps.</param>
/// <param name="identity">Who this server is.</param>
/// <param name="time">The clock.</param>
/// <param name="policyServers">Who asks policy servers, late because they need rooms themselves; null where no room uses one.</param>
public sealed class RoomRegistry(
    IRoomStore store, RoomStates states, ServerIdentity identity, TimeProvider time, Lazy<IPolicyServers>? policyServers = null) : IDisposable
{
    readonly ConcurrentDictionary<RoomId, Entry> _rooms = new();
    // Two joins into one unknown room are rare, and must not make it twice.
    readonly SemaphoreSlim _newRooms = new(1);
    int _loads;

    /// <summary>How many rooms are kept that no one has hold of; each takes tens of kilobytes, as long as it is not large.</summary>
    public int MaxKept { get; init; } = 500;

    /// <summary>The room, or null when this server does not know it.</summary>
    public async ValueTask<Room?> FindAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        var (entry, opening) = Open(roomId);
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
        void Forget() => _rooms.TryRemove(KeyValuePair.Create(roomId, entry));
    }

    /// <summary>
    /// Makes a room that other servers have: of all its events that are given, the last is the join of a user of this server, with the state before
    /// it. <see cref="Room.ReceiveAsync"/> tells what is expected of them. When the room was made meanwhile, it receives them.
    /// </summary>
    /// <param name="record">The room.</param>
    /// <param name="events">Its events.</param>
    /// <param name="partial">That the state before the join is not all of it; null where it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<Receipt[]>> ReceiveNewAsync(
        RoomRecord record, IReadOnlyList<IncomingEvent> events, PartialState? partial, CancellationToken cancellationToken)
    {
        await _newRooms.WaitAsync(cancellationToken);
        try
        {
            if (await FindAsync(record.RoomId, cancellationToken) is { } known)
                return await known.ReceiveAsync(events, afresh: true, cancellationToken, partial);

            record = record with { Number = await states.NextNumbersAsync(1, cancellationToken) };
            var empty = RoomSnapshot.Empty(record);
            var forks = new ForkResolver(store, record.RoomId, record.Version);
            var reception = await Reception.RunAsync(store, empty, states.Work(record.Number), forks, events, afresh: true, cancellationToken);
            if (reception.ToAppend() is { Events.Count: > 0 } append)
                await StoreNewAsync(empty, append with { BeginsPartial = partial }, cancellationToken);
            return reception.Receipts.ToArray();
        }
        finally
        {
            _newRooms.Release();
        }
    }

    /// <summary>As <see cref="Room.SetOutOfBandAsync"/>, for a room that may not be known at all.</summary>
    public async ValueTask<bool> SetOutOfBandAsync(RoomRecord record, OutOfBandMembership membership, CancellationToken cancellationToken)
    {
        await _newRooms.WaitAsync(cancellationToken);
        try
        {
            if (await FindAsync(record.RoomId, cancellationToken) is { } known)
                return await known.SetOutOfBandAsync(membership, cancellationToken);

            record = record with { Number = await states.NextNumbersAsync(1, cancellationToken) };
            var empty = RoomSnapshot.Empty(record);
            if (await membership.ToAppendAsync(store, empty, states.Work(record.Number), cancellationToken) is { } append)
                await StoreNewAsync(empty, append, cancellationToken);
            return true;
        }
        finally
        {
            _newRooms.Release();
        }
    }

    async ValueTask StoreNewAsync(RoomSnapshot empty, RoomAppend append, CancellationToken cancellationToken)
    {
        append = append with { NewRoom = empty.Room };
        await store.AppendAsync(
            append with
            {
                Committed = () =>
                {
                    states.MarkStored(append.State.Names);
                    Add(empty.After(append));
                },
            },
            cancellationToken);
    }

    /// <summary>Adds a room that was just stored.</summary>
    internal Room Add(RoomSnapshot snapshot)
    {
        var room = new Room(snapshot, store, states, identity, time, policyServers);
        _rooms[room.RoomId] = new Entry(Task.FromResult<Room?>(room), time.GetTimestamp());
        LetGo();
        return room;
    }

    /// <summary>Lets go of a room that is closed. Only then: two open rooms of one ID would be two writers.</summary>
    internal void Remove(RoomId closed) => _rooms.TryRemove(closed, out _);

    (Entry Entry, Task<Room?> Opening) Open(RoomId roomId)
    {
        while (true)
        {
            var now = time.GetTimestamp();
            if (!_rooms.TryGetValue(roomId, out var entry))
            {
                entry = _rooms.GetOrAdd(roomId, static (id, registry) => new Entry(registry.LoadAsync(id), registry.Now), this);
                LetGo();
            }

            if (entry.Find(now) is { } opening)
                return (entry, opening);

            // No one has hold of the room any more: it is loaded anew.
            _rooms.TryRemove(KeyValuePair.Create(roomId, entry));
        }
    }

    public void Dispose() => _newRooms.Dispose();

    long Now => time.GetTimestamp();

    // Now and then, not with every room: the longest unused are kept no longer, and those that have gone are forgotten.
    void LetGo()
    {
        if (Interlocked.Increment(ref _loads) % Math.Max(1, MaxKept / 10) != 0)
            return;

        var kept = new List<Entry>();
        foreach (var (roomId, entry) in _rooms)
        {
            if (entry.IsGone)
                _rooms.TryRemove(KeyValuePair.Create(roomId, entry));
            else if (entry.IsKept)
                kept.Add(entry);
        }

        foreach (var entry in kept.OrderBy(static entry => entry.LastUsed).Take(kept.Count - MaxKept))
            entry.LetGo();
    }

    // Not bound to the first caller's patience: others wait for the same load.
    async Task<Room?> LoadAsync(RoomId roomId)
    {
        var stored = await store.LoadAsync(roomId, CancellationToken.None);
        if (stored is { StateRoot: null })
        {
            await states.PlaceAllAsync(stored.Room, CancellationToken.None);
            stored = await store.LoadAsync(roomId, CancellationToken.None);
        }

        return stored is null ? null : new Room(RoomSnapshot.Load(stored), store, states, identity, time, policyServers);
    }

    /// <summary>
    /// A room that is kept, or one that was let go of and may still be in use. Whoever changes a room has hold of it until the change is
    /// stored: once it is gone, so are its changes, and another may take its place.
    /// </summary>
    sealed class Entry(Task<Room?> opening, long now)
    {
        readonly Lock _lock = new();
        Task<Room?>? _kept = opening;
        WeakReference<Room>? _loose;

        public long LastUsed { get; private set; } = now;

        public bool IsKept
        {
            get
            {
                lock (_lock)
                    return _kept is not null;
            }
        }

        public bool IsGone
        {
            get
            {
                lock (_lock)
                    return _kept is null && !_loose!.TryGetTarget(out _);
            }
        }

        /// <summary>The room, which is kept from now on; null when it has gone.</summary>
        public Task<Room?>? Find(long now)
        {
            lock (_lock)
            {
                LastUsed = now;
                if (_kept is null && _loose!.TryGetTarget(out var room))
                    _kept = Task.FromResult<Room?>(room);
                return _kept;
            }
        }

        /// <summary>Keeps the room no longer than others have hold of it. One that is being loaded stays.</summary>
        public void LetGo()
        {
            lock (_lock)
            {
                if (_kept is not { IsCompletedSuccessfully: true, Result: { } room })
                    return;

                _loose = new WeakReference<Room>(room);
                _kept = null;
            }
        }
    }
}
