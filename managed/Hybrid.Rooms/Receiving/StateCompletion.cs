using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Receiving;

/// <summary>
/// Makes a state of which only a part was known whole (MSC3706). What has happened since the join was done here, one after the other, and changed known
/// keys alone: it stays, on top of the state that is known now.
/// </summary>
/// <param name="store">Where the room is.</param>
/// <param name="start">The room, of whose state a part is known.</param>
/// <param name="work">Its state maps.</param>
sealed class StateCompletion(IRoomStore store, RoomSnapshot start, StateWork work)
{
    const int PageSize = 1000;

    readonly Dictionary<StateNodeHash, StateNodeHash> _whole = [];
    StateNodeHash _part;

    /// <summary>What has to be stored.</summary>
    /// <param name="join">The join that the state is missing at.</param>
    /// <param name="state">The whole state before it; all of it is stored.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidDataException">Some of the state is not stored, or is of another room.</exception>
    public async ValueTask<RoomAppend> RunAsync(StoredEvent join, IReadOnlyCollection<EventId> state, CancellationToken cancellationToken)
    {
        _part = join.StateBefore;
        var values = await ValuesAsync(state, cancellationToken);
        LargeStates.CollectGarbage(state.Count);
        _whole[_part] = await work.SetAsync(_part, values, cancellationToken);
        List<CorrectedState> corrections = [new(join, _whole[_part])];
        for (long? from = join.Position; from is { } after;)
        {
            var page = await store.ReadTimelineAsync(new TimelineQuery(start.RoomId, after, null, Backwards: false, PageSize), cancellationToken);
            foreach (var stored in page.Events.Where(static stored => stored.IsPlaced))
                corrections.Add(new CorrectedState(stored, await WholeAsync(stored.StateBefore, cancellationToken)));
            from = page.Next;
        }

        var root = await WholeAsync(start.StateRoot, cancellationToken);
        var mark = new StoredEvent
        {
            EventId = join.EventId,
            RoomId = start.RoomId,
            Type = "",
            Sender = join.Sender,
            OriginServerTs = join.OriginServerTs,
            Depth = 0,
            Json = default,
            IsMark = true,
        };
        return new RoomAppend(start.RoomId, [], start.ForwardExtremities)
        {
            Mark = mark,
            Effects = await work.EffectsAsync(start.StateRoot, root, mark, cancellationToken),
            Corrections = corrections,
            EndsPartial = true,
            State = work.ToAddition(root),
        };
    }

    // The changes from the part to what the whole state is.
    async ValueTask<List<(StateKey Key, long? Number)>> ValuesAsync(IReadOnlyCollection<EventId> state, CancellationToken cancellationToken)
    {
        var count = 0;
        var values = new Dictionary<StateKey, long?>(state.Count);
        work.Expect(state.Count);
        foreach (var page in state.Chunk(PageSize))
        {
            var known = await store.FindKnownAsync(page, cancellationToken);
            work.Keep(known);
            count += known.Count(stored => stored.RoomId == start.RoomId);
            foreach (var stored in known.Where(static stored => stored is { IsState: true, Standing: not EventStanding.Rejected }))
                values[StateWork.KeyOf(stored)] = stored.Number;
        }

        if (count != state.Count)
            throw new InvalidDataException($"{state.Count - count} events of the state of {start.RoomId} are not stored.");

        foreach (var stored in (await work.EventsOfAsync(_part, cancellationToken)).Where(stored => !values.ContainsKey(StateWork.KeyOf(stored))))
            values[StateWork.KeyOf(stored)] = null;
        var changes = new List<(StateKey Key, long? Number)>(values.Count);
        changes.AddRange(values.Select(static value => (value.Key, value.Value)));
        return changes;
    }

    async ValueTask<StateNodeHash> WholeAsync(StateNodeHash map, CancellationToken cancellationToken)
    {
        if (_whole.TryGetValue(map, out var known))
            return known;

        var changes = await work.CompareAsync(_part, map, cancellationToken);
        var events = await work.EventsAsync(
            [.. changes.SelectMany(static change => new[] { change.Before, change.After }).OfType<ulong>().Select(static number => (long)number)], cancellationToken);
        var whole = await work.SetAsync(
            _whole[_part], [.. changes.Select(change => (StateWork.KeyOf(events[(long)(change.After ?? change.Before)!.Value]), (long?)change.After))], cancellationToken);
        _whole[map] = whole;
        return whole;
    }
}
