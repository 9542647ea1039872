using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;

namespace Hybrid.Push.Unread;

/// <summary>The unread events of all rooms, each loaded when it is first needed.</summary>
sealed class UnreadLedger(IUnreadStore store, IReceiptStore receipts)
{
    // More than the rooms that are busy at a time; the others are read again when somebody asks.
    const int MostIdleRooms = 2000;

    readonly ConcurrentDictionary<RoomId, Task<UnreadRoomLedger>> _rooms = new();
    readonly Lock _saving = new();
    readonly List<UnreadChanges> _unsaved = [];

    public async ValueTask<UnreadRoomLedger> OfAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        var loading = _rooms.GetOrAdd(roomId, static (id, ledger) => ledger.LoadAsync(id), this);
        try
        {
            return await loading.WaitAsync(cancellationToken);
        }
        catch when (loading.IsFaulted)
        {
            _rooms.TryRemove(KeyValuePair.Create(roomId, loading));
            throw;
        }
    }

    public async ValueTask<UnreadCounts> CountAsync(UserId userId, RoomId roomId, CancellationToken cancellationToken)
    {
        var room = await OfAsync(roomId, cancellationToken);
        if (room.TryCount(userId) is { } counts)
            return counts;

        var seen = room.ReceiptsSeen;
        return room.Count(userId, await receipts.ReadUserAsync(roomId, userId, cancellationToken), seen);
    }

    /// <summary>Takes a receipt into account. A room that is not loaded reads it when it is.</summary>
    public async ValueTask ApplyAsync(Receipt receipt)
    {
        if (_rooms.TryGetValue(receipt.RoomId, out var loading))
            (await loading).Apply(receipt);
    }

    /// <summary>Whether the user has read up to a position in a thread of a room, or in its main timeline.</summary>
    public async ValueTask<bool> IsReadAsync(UserId userId, RoomId roomId, UnreadEvent unread, CancellationToken cancellationToken)
    {
        var thread = unread.Thread?.Value ?? ReceiptTypes.MainThread;
        return (await receipts.ReadUserAsync(roomId, userId, cancellationToken))
            .Any(receipt => receipt.EventPosition >= unread.Position && (receipt.ThreadId is not { } id || id == thread));
    }

    /// <summary>What of some rooms is not written down yet.</summary>
    public async ValueTask<UnsavedUnread> ReadUnsavedAsync(IReadOnlySet<RoomId> rooms)
    {
        var unsaved = new UnsavedUnread([], []);
        // First what was not taken for saving: what is taken meanwhile is found below.
        foreach (var (roomId, loading) in _rooms)
        {
            if (!rooms.Contains(roomId))
                continue;
            var (added, removed) = (await loading).Unsaved();
            unsaved.Added.AddRange(added.Select(unread => (roomId, unread)));
            unsaved.Removed.UnionWith(removed.Select(position => (roomId, position)));
        }

        lock (_saving)
        {
            foreach (var changes in _unsaved.Where(changes => rooms.Contains(changes.RoomId)))
            {
                unsaved.Added.AddRange(changes.Added.Select(unread => (changes.RoomId, unread)));
                unsaved.Removed.UnionWith(changes.Removed.Select(position => (changes.RoomId, position)));
            }
        }

        return unsaved;
    }

    /// <summary>Drops events for everybody. A room that is not loaded has none of them in memory.</summary>
    public async ValueTask RemoveAsync(RoomId roomId, IReadOnlyCollection<long> positions)
    {
        if (!_rooms.TryGetValue(roomId, out var loading))
            return;

        var room = await loading;
        foreach (var position in positions)
            room.Remove(position);
    }

    /// <summary>Forgets a room that is no more, and what was not written down of it.</summary>
    public void Drop(RoomId roomId) => _rooms.TryRemove(roomId, out _);

    /// <summary>Writes down what changed, and that the log is counted up to <paramref name="position"/>. Called by the writer alone.</summary>
    public async ValueTask SaveAsync(long position, CancellationToken cancellationToken)
    {
        foreach (var loading in _rooms.Values)
        {
            var room = await loading;
            lock (_saving)
            {
                if (room.TakeChanges() is { } changed)
                    _unsaved.Add(changed);
            }
        }

        // Kept until they are stored, should this fail.
        await store.SaveAsync(position, _unsaved, cancellationToken);
        lock (_saving)
            _unsaved.Clear();

        // All that is in memory is stored now, so any room can be let go.
        if (_rooms.Count > MostIdleRooms)
            _rooms.Clear();
    }

    /// <summary>Unread events that the store does not have yet, and positions of those that it still has.</summary>
    internal sealed record UnsavedUnread(List<(RoomId RoomId, UnreadEvent Event)> Added, HashSet<(RoomId RoomId, long Position)> Removed);

    // Not bound to the first caller's patience: others wait for the same load.
    async Task<UnreadRoomLedger> LoadAsync(RoomId roomId) => new(roomId, await store.ReadRoomAsync(roomId, CancellationToken.None));
}
