using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.State;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.State;

/// <summary>State maps of one room that are worked on: what is stored, and over it all that is going to be, which one append then writes.</summary>
sealed class StateWork(StateNodeCache nodes, IStateStore store, IRoomStore events, StateNumbering numbering, long room) : IStateNodeSource
{
    // A whole state has more names than should be looked up at once.
    const int NamesAtOnce = 4096;

    readonly Dictionary<StateNodeHash, StateNode> _added = [];
    readonly Dictionary<long, StoredEvent> _pending = [];
    readonly Dictionary<EventId, StoredEvent> _pendingById = [];
    readonly HashSet<StateName> _names = [];

    /// <summary>Gives an event that is not stored yet its number, unless it has one, and lets maps name it.</summary>
    public async ValueTask NumberAsync(StoredEvent added, CancellationToken cancellationToken)
    {
        if (added.Number == 0)
            added.Number = await numbering.NextEventsAsync(1, cancellationToken);
        _pending[added.Number] = added;
        _pendingById[added.EventId] = added;
    }

    /// <summary>Makes room for that many events more.</summary>
    public void Expect(int count) => _pending.EnsureCapacity(_pending.Count + count);

    /// <summary>Lets maps name events that were read already, so that they are not read again.</summary>
    public void Keep(IEnumerable<StoredEvent> read)
    {
        foreach (var stored in read)
            _pending[stored.Number] = stored;
    }

    /// <summary>Those of the events that are numbered and not stored yet.</summary>
    public IEnumerable<StoredEvent> Pending(IEnumerable<EventId> eventIds) =>
        eventIds.Select(eventId => _pendingById.GetValueOrDefault(eventId)).OfType<StoredEvent>();

    /// <summary>The map after a state event.</summary>
    public ValueTask<StateNodeHash> AddAsync(StateNodeHash root, StoredEvent value, CancellationToken cancellationToken) =>
        SetAsync(root, [(KeyOf(value), value.Number)], cancellationToken);

    /// <summary>The map after some keys took other values; null for those that lose theirs.</summary>
    public async ValueTask<StateNodeHash> SetAsync(
        StateNodeHash root, IReadOnlyCollection<(StateKey Key, long? Number)> values, CancellationToken cancellationToken)
    {
        if (values.Count == 0)
            return root;

        var changes = new StateMapChange[values.Count];
        var done = 0;
        foreach (var page in values.Chunk(NamesAtOnce))
        {
            foreach (var (key, value) in (await numbering.KeysAsync(Array.ConvertAll(page, static value => value.Key), _names, cancellationToken)).Zip(page))
                changes[done++] = new StateMapChange(key, (ulong?)value.Number);
        }

        var update = await nodes.UpdateAsync(root, changes, this, cancellationToken);
        foreach (var node in update.Nodes)
            _added[node.Hash] = node;
        return update.Root;
    }

    /// <summary>The values of some keys in a map, in their order; null where it has none.</summary>
    public async ValueTask<StoredEvent?[]> FindAsync(StateNodeHash root, IReadOnlyList<StateKey> keys, CancellationToken cancellationToken)
    {
        var numbered = await numbering.FindKeysAsync(keys, cancellationToken);
        StateMapKey[] wanted = [.. numbered.OfType<StateMapKey>()];
        var row = wanted.Length == 0 ? [] : await nodes.FindAsync(root, wanted, this, cancellationToken);
        var found = await EventsAsync([.. row.OfType<ulong>().Select(static number => (long)number)], cancellationToken);
        var next = 0;
        return Array.ConvertAll(numbered, key => key is not null && row[next++] is { } number ? found.GetValueOrDefault((long)number) : null);
    }

    public ValueTask<StateMapEntry[]> EntriesAsync(StateNodeHash root, CancellationToken cancellationToken) =>
        nodes.EntriesAsync(root, null, this, cancellationToken);

    public ValueTask<StateMapDifference[]> CompareAsync(StateNodeHash before, StateNodeHash after, CancellationToken cancellationToken) =>
        nodes.CompareAsync(before, after, this, cancellationToken);

    /// <summary>The events of a whole map, in no particular order.</summary>
    public async ValueTask<IReadOnlyCollection<StoredEvent>> EventsOfAsync(StateNodeHash root, CancellationToken cancellationToken)
    {
        var entries = await EntriesAsync(root, cancellationToken);
        return (await EventsAsync([.. entries.Select(static entry => (long)entry.Event)], cancellationToken)).Values;
    }

    /// <summary>What makes one map of another.</summary>
    /// <param name="before">The map before.</param>
    /// <param name="after">The map after.</param>
    /// <param name="at">At what it happens.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<List<StateEffect>> EffectsAsync(StateNodeHash before, StateNodeHash after, StoredEvent at, CancellationToken cancellationToken)
    {
        var differences = await CompareAsync(before, after, cancellationToken);
        var values = await EventsAsync(
            [.. differences.SelectMany(static difference => new[] { difference.Before, difference.After }).OfType<ulong>().Select(static number => (long)number)],
            cancellationToken);
        var effects = new List<StateEffect>(differences.Length);
        foreach (var difference in differences)
        {
            var value = difference.After is { } taken ? values[(long)taken] : null;
            effects.Add(new StateEffect(at, KeyOf(value ?? values[(long)difference.Before!.Value]), value));
        }

        return effects;
    }

    /// <summary>Events by their numbers, those that are not stored yet among them.</summary>
    public async ValueTask<Dictionary<long, StoredEvent>> EventsAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, StoredEvent>(numbers.Count);
        var unknown = new HashSet<long>();
        foreach (var number in numbers)
        {
            if (_pending.TryGetValue(number, out var pending))
                found[number] = pending;
            else
                unknown.Add(number);
        }

        if (unknown.Count > 0)
        {
            foreach (var stored in await events.FindByNumberAsync(unknown, cancellationToken))
                found[stored.Number] = stored;
        }

        return found;
    }

    /// <summary>What an append has to store, with this map as that of current state.</summary>
    public StateAddition ToAddition(StateNodeHash root) => new(root, [.. _added.Values], [.. _names]);

    public async ValueTask<IReadOnlyList<StateNode>> ReadAsync(IReadOnlyList<StateNodeHash> hashes, CancellationToken cancellationToken)
    {
        if (_added.Count == 0 || !hashes.Any(_added.ContainsKey))
            return await store.ReadNodesAsync(room, hashes, cancellationToken);

        StateNodeHash[] stored = [.. hashes.Where(hash => !_added.ContainsKey(hash))];
        var read = stored.Length == 0 ? [] : await store.ReadNodesAsync(room, stored, cancellationToken);
        return [.. read, .. hashes.Where(_added.ContainsKey).Select(hash => _added[hash])];
    }

    public static StateKey KeyOf(StoredEvent stored) => new(stored.Type, stored.StateKey!);
}
