using System.Collections.Immutable;
using Hybrid.Native.State;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.State;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.State;

/// <summary>
/// The state of rooms at their events. Each event names the state map just before it; equal states are one map, and a state
/// event adds the few nodes in which its map differs from the one before (docs/decisions/state-maps.md).
/// </summary>
public sealed class RoomStates(IStateStore store, IRoomStore events, StateNumbering numbering) : IDisposable
{
    // Some 300 bytes each: what is read and changed over and over stays in memory.
    const int CachedNodes = 32_768;

    readonly StateNodeCache _nodes = new(CachedNodes);

    /// <summary>
    /// Gives the events of an append their numbers and the state maps before them, and the append what it has to store for that.
    /// Each event's predecessor is the one before it; that of the first is the room as it is.
    /// </summary>
    public async ValueTask<RoomAppend> PlaceAsync(RoomAppend append, RoomSnapshot room, CancellationToken cancellationToken)
    {
        if (append.Events.Count == 0)
            return append;

        var number = await numbering.NextEventsAsync(append.Events.Count, cancellationToken);
        var record = append.NewRoom is { } created ? created with { Number = number } : null;
        var work = Work((record ?? room.Room).Number);
        var root = room.StateRoot;
        foreach (var added in append.Events)
        {
            added.Number = number++;
            added.StateBefore = root;
            if (added.IsState)
                root = await work.AddAsync(root, added, cancellationToken);
        }

        var state = work.ToAddition(root);
        return append with { NewRoom = record, State = state, Committed = () => numbering.MarkStored(state.Names) };
    }

    /// <summary>Places every event of a room that was stored before there were state maps.</summary>
    internal async ValueTask PlaceAllAsync(RoomRecord room, CancellationToken cancellationToken)
    {
        const int PageSize = 1000;
        var work = Work(room.Number);
        var root = StateNodeHash.Empty;
        var places = new List<StatePlace>();
        for (long? from = 0; from is { } after;)
        {
            var page = await events.ReadTimelineAsync(new TimelineQuery(room.RoomId, after, null, Backwards: false, PageSize), cancellationToken);
            foreach (var stored in page.Events)
            {
                places.Add(new StatePlace(stored.Number, root));
                if (stored.IsState)
                    root = await work.AddAsync(root, stored, cancellationToken);
            }

            from = page.Next;
        }

        var state = work.ToAddition(root);
        await store.PlaceAsync(room.RoomId, places, state, cancellationToken);
        numbering.MarkStored(state.Names);
    }

    /// <summary>The values of some keys in the room's state maps, a row for each map, in the order of the keys; null where a map has none.</summary>
    public async ValueTask<IReadOnlyDictionary<StateNodeHash, StoredEvent?[]>> FindAsync(
        RoomRecord room, IEnumerable<StateNodeHash> maps, IReadOnlyList<StateKey> keys, CancellationToken cancellationToken)
    {
        var numbered = await numbering.FindKeysAsync(keys, cancellationToken);
        StateMapKey[] wanted = [.. numbered.OfType<StateMapKey>()];
        var nodes = Work(room.Number);
        var rows = new Dictionary<StateNodeHash, ulong?[]>();
        foreach (var map in maps.Distinct())
            rows[map] = wanted.Length == 0 ? [] : await _nodes.FindAsync(map, wanted, nodes, cancellationToken);

        var found = await FindEventsAsync(rows.Values.SelectMany(static row => row).OfType<ulong>(), cancellationToken);
        return rows.ToDictionary(static row => row.Key, row =>
        {
            var next = 0;
            return Array.ConvertAll(numbered, key => key is not null && row.Value[next++] is { } number ? found.GetValueOrDefault((long)number) : null);
        });
    }

    /// <summary>
    /// The whole state just after an event of the room. What it has in common with the state now is not read again, so the cost is
    /// that of the difference.
    /// </summary>
    public async ValueTask<IEnumerable<StoredEvent>> ReadAfterAsync(RoomSnapshot room, StoredEvent stored, CancellationToken cancellationToken)
    {
        var state = await ReadAsync(room, stored.StateBefore, cancellationToken);
        if (stored is { StateKey: not null, Standing: not EventStanding.Rejected })
            state[KeyOf(stored)] = stored;
        return state.Values;
    }

    /// <summary>The whole state just before an event of the room, at the same cost.</summary>
    public async ValueTask<IEnumerable<StoredEvent>> ReadBeforeAsync(RoomSnapshot room, StoredEvent stored, CancellationToken cancellationToken) =>
        (await ReadAsync(room, stored.StateBefore, cancellationToken)).Values;

    async ValueTask<ImmutableDictionary<StateKey, StoredEvent>.Builder> ReadAsync(RoomSnapshot room, StateNodeHash map, CancellationToken cancellationToken)
    {
        var differences = await _nodes.CompareAsync(room.StateRoot, map, Work(room.Room.Number), cancellationToken);
        var found = await FindEventsAsync(
            differences.SelectMany(static difference => new[] { difference.Before, difference.After }).OfType<ulong>(), cancellationToken);
        var state = room.State.ToBuilder();
        foreach (var difference in differences)
        {
            if (difference.Before is { } now && found.TryGetValue((long)now, out var replaced))
                state.Remove(KeyOf(replaced));
        }

        foreach (var difference in differences)
        {
            if (difference.After is { } then && found.TryGetValue((long)then, out var value))
                state[KeyOf(value)] = value;
        }

        return state;
    }

    /// <summary>Maps of the room with this number, to work on.</summary>
    internal StateWork Work(long room) => new(_nodes, store, events, numbering, room);

    /// <summary>Notes that names are stored with their numbers.</summary>
    internal void MarkStored(IReadOnlyList<StateName> names) => numbering.MarkStored(names);

    /// <summary>The first of <paramref name="count"/> numbers that no event has.</summary>
    internal ValueTask<long> NextNumbersAsync(int count, CancellationToken cancellationToken) => numbering.NextEventsAsync(count, cancellationToken);

    public void Dispose() => _nodes.Dispose();

    static StateKey KeyOf(StoredEvent stored) => StateWork.KeyOf(stored);

    // Those that a purge has taken since the map was read are not among them.
    async ValueTask<Dictionary<long, StoredEvent>> FindEventsAsync(IEnumerable<ulong> numbers, CancellationToken cancellationToken)
    {
        long[] wanted = [.. numbers.Select(static number => (long)number).Distinct()];
        return wanted.Length == 0
            ? []
            : (await events.FindByNumberAsync(wanted, cancellationToken)).ToDictionary(static stored => stored.Number);
    }
}
