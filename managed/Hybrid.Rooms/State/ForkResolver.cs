using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Rooms;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.State;

/// <summary>
/// Resolves the states of a room's forks into one. It keeps the state events that it has met and how they authorize each other in the native
/// graph, so that a fork costs what is new in it. Not for use by several threads at once: the room's mailbox is its only caller.
/// </summary>
sealed class ForkResolver(IRoomStore events, RoomId roomId, string version)
{
    // A room with more is rare, and begins anew: some 300 bytes each.
    const int MaxEvents = 400_000;

    readonly List<(long Number, StateKey Key)> _meanings = [];
    readonly Dictionary<long, uint> _indices = [];
    StateGraph? _graph;

    /// <summary>The one map that these maps resolve to.</summary>
    /// <exception cref="InvalidDataException">An event that a map names, or that authorizes one, is not stored.</exception>
    public async ValueTask<StateNodeHash> ResolveAsync(StateWork work, IEnumerable<StateNodeHash> maps, CancellationToken cancellationToken)
    {
        StateNodeHash[] roots = [.. maps.Distinct()];
        if (roots.Length == 1)
            return roots[0];

        var entries = new StateMapEntry[roots.Length][];
        for (var index = 0; index < roots.Length; index++)
            entries[index] = await work.EntriesAsync(roots[index], cancellationToken);
        await LearnAsync(work, entries.SelectMany(static map => map).Select(static entry => (long)entry.Event), cancellationToken);

        var states = Array.ConvertAll(entries, map => (ReadOnlyMemory<uint>)Array.ConvertAll(map, entry => _indices[(long)entry.Event]));
        var resolution = _graph!.Resolve(states);
        var values = new Dictionary<StateKey, long?>();
        foreach (var root in roots.AsSpan(1).ToArray())
        {
            foreach (var difference in await work.CompareAsync(roots[0], root, cancellationToken))
                values[KeyOf(difference)] = null;
        }

        // For version 1 what only some of the maps have is no conflict, and holds.
        foreach (var index in resolution.Unconflicted)
        {
            if (values.ContainsKey(_meanings[(int)index].Key))
                values[_meanings[(int)index].Key] = _meanings[(int)index].Number;
        }

        foreach (var index in resolution.Resolved)
            values[_meanings[(int)index].Key] = _meanings[(int)index].Number;
        return await work.SetAsync(roots[0], [.. values.Select(static value => (value.Key, value.Value))], cancellationToken);

        StateKey KeyOf(StateMapDifference difference) => _meanings[(int)_indices[(long)(difference.Before ?? difference.After)!.Value]].Key;
    }

    async ValueTask LearnAsync(StateWork work, IEnumerable<long> numbers, CancellationToken cancellationToken)
    {
        if (_meanings.Count > MaxEvents)
            Forget();

        var wanted = numbers.Where(number => !_indices.ContainsKey(number)).ToHashSet();
        if (wanted.Count == 0)
            return;

        var found = new Dictionary<EventId, StoredEvent>();
        foreach (var stored in (await work.EventsAsync(wanted, cancellationToken)).Values)
            found[stored.EventId] = stored;
        if (found.Count != wanted.Count)
            throw new InvalidDataException($"{wanted.Count - found.Count} events of the state of {roomId} are not stored.");

        _graph ??= new StateGraph(version, roomId.Value);
        for (IReadOnlyCollection<StoredEvent> layer = [.. found.Values]; layer.Count > 0;)
            layer = await ReadAuthEventsAsync(work, layer, found, cancellationToken);

        StoredEvent[] added = [.. found.Values];
        var indices = _graph.Append([.. added.Select(static stored => new StateGraphEvent(stored.EventId.Value, stored.Json, stored.Standing))]);
        for (var position = 0; position < added.Length; position++)
            Note(indices[position], added[position]);
    }

    // What authorizes events that the graph does not know, as far as it does not know it either.
    async ValueTask<IReadOnlyCollection<StoredEvent>> ReadAuthEventsAsync(
        StateWork work, IReadOnlyCollection<StoredEvent> layer, Dictionary<EventId, StoredEvent> found, CancellationToken cancellationToken)
    {
        var wanted = new HashSet<EventId>();
        foreach (var stored in layer)
        {
            foreach (var authorizing in GraphLinks.Read(stored.Json.Span).AuthEvents)
            {
                if (!found.ContainsKey(authorizing) && _graph!.Find(authorizing.Value) is null)
                    wanted.Add(authorizing);
            }
        }

        if (wanted.Count == 0)
            return [];

        List<StoredEvent> next = [.. work.Pending(wanted)];
        foreach (var pending in next)
            wanted.Remove(pending.EventId);
        if (wanted.Count > 0)
        {
            var stored = await events.FindKnownAsync(wanted, cancellationToken);
            if (stored.Count != wanted.Count)
                throw new InvalidDataException($"{wanted.Count - stored.Count} events that authorize state of {roomId} are not stored.");
            next.AddRange(stored);
        }

        foreach (var stored in next)
            found[stored.EventId] = stored;
        return next;
    }

    void Note(uint index, StoredEvent stored)
    {
        while (_meanings.Count <= index)
            _meanings.Add(default);
        _meanings[(int)index] = (stored.Number, StateWork.KeyOf(stored));
        _indices[stored.Number] = index;
    }

    void Forget()
    {
        _graph?.Dispose();
        _graph = null;
        _meanings.Clear();
        _indices.Clear();
    }
}
