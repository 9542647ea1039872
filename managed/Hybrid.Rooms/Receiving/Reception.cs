using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Receiving;

/// <summary>
/// Events of other servers on their way into a room: each gets the state before it, is checked against what authorizes it, against that state and
/// against the room as it is, and moves the ends of the graph and current state on. What came of all of them is one append.
/// </summary>
/// <remarks>Specification, server-server API, "Checks performed on receipt of a PDU" and "Soft failure".</remarks>
sealed class Reception
{
    // How many soft-failed events are looked behind for one that follows them.
    const int MaxSoftFailed = 100;

    readonly IRoomStore _store;
    readonly RoomSnapshot _start;
    readonly StateWork _work;
    readonly ForkResolver _forks;
    readonly ReceivedRules _rules;
    readonly ReceivedRedactions _redactions;
    readonly Dictionary<EventId, StoredEvent> _known = [];
    readonly Dictionary<EventId, StateNodeHash> _afters = [];
    readonly HashSet<EventId> _gaps;
    readonly HashSet<EventId> _followed;
    readonly GraphEnds _ends;
    readonly List<StoredEvent> _timeline = [], _history = [], _aside = [];
    readonly List<StateEffect> _effects = [];
    readonly HashSet<EventId> _newGaps = [], _closedGaps = [];
    StoredEvent? _create;
    StateNodeHash _current;

    Reception(IRoomStore store, RoomSnapshot start, StateWork work, ForkResolver forks, IEnumerable<EventId> gaps, IReadOnlyList<IncomingEvent> events, bool afresh)
    {
        _store = store;
        _start = start;
        _work = work;
        _forks = forks;
        _rules = new ReceivedRules(start.Version);
        _redactions = new ReceivedRedactions(store, start.Version);
        _gaps = [.. gaps];
        _followed = Followed(_gaps, events);
        _ends = new GraphEnds(afresh ? [] : start.ForwardExtremities);
        _current = start.StateRoot;
        // What was known of a room from outside may be a likeness of its create event.
        _create = afresh ? null : start.Find("m.room.create");
    }

    /// <summary>Works events off, ancestors before what names them.</summary>
    /// <param name="store">Where the room is.</param>
    /// <param name="start">The room before.</param>
    /// <param name="work">Its state maps.</param>
    /// <param name="forks">What resolves them.</param>
    /// <param name="events">The events.</param>
    /// <param name="afresh">Whether what ended the graph so far is left behind: this server was not in the room, and is told all that counts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async ValueTask<Reception> RunAsync(
        IRoomStore store, RoomSnapshot start, StateWork work, ForkResolver forks, IReadOnlyList<IncomingEvent> events, bool afresh, CancellationToken cancellationToken)
    {
        var gaps = await store.ReadGapsAsync(start.RoomId, cancellationToken);
        var reception = new Reception(store, start, work, forks, gaps, events, afresh);
        await reception.LearnAsync(events, cancellationToken);
        foreach (var incoming in events)
            reception.Receipts.Add(await reception.ReceiveAsync(incoming, cancellationToken));
        reception._history.Reverse();
        return reception;
    }

    /// <summary>What became of each event, in their order.</summary>
    public List<Receipt> Receipts { get; } = [];

    /// <summary>Whether there is anything to store.</summary>
    public bool HasChanges => _timeline.Count + _history.Count + _aside.Count > 0;

    public RoomAppend ToAppend() => new(_start.RoomId, _timeline, _ends.Ids)
    {
        Aside = _aside,
        History = _history,
        Effects = _effects,
        Redactions = _redactions.Applied,
        NewGaps = [.. _newGaps],
        ClosedGaps = [.. _closedGaps],
        State = _work.ToAddition(_current),
    };

    async ValueTask LearnAsync(IReadOnlyList<IncomingEvent> events, CancellationToken cancellationToken)
    {
        var wanted = new HashSet<EventId>(_ends.Ids);
        var told = new HashSet<EventId>();
        foreach (var incoming in events)
        {
            wanted.Add(incoming.Event.EventId);
            wanted.UnionWith(incoming.Links.AuthEvents);
            if (incoming.Kind != IncomingKind.Outlier)
                wanted.UnionWith(incoming.Links.PrevEvents);
            if (incoming.StateBefore is { } state)
            {
                told.EnsureCapacity(state.Count);
                told.UnionWith(state);
            }

            if (incoming.StateBeforeAs is { } other)
                wanted.Add(other);
        }

        // Whoever tells the state before an event tells mostly what it is now.
        told.ExceptWith(wanted);
        var current = _start.TakeState(told);
        wanted.UnionWith(told);
        _work.Expect(current.Count);
        _work.Keep(current);
        _known.EnsureCapacity(current.Count + wanted.Count);
        foreach (var stored in current.Concat(await _store.FindKnownAsync(wanted, cancellationToken)))
            _known[stored.EventId] = stored;
    }

    async ValueTask<Receipt> ReceiveAsync(IncomingEvent incoming, CancellationToken cancellationToken)
    {
        var stored = incoming.Event;
        var existing = _known.GetValueOrDefault(stored.EventId);
        if (existing is not null && (!existing.IsOutlier || incoming.Kind == IncomingKind.Outlier || existing.Standing == EventStanding.Rejected))
        {
            NoteCreate(existing);
            await PlaceAsync(existing, incoming, cancellationToken);
            return new Receipt(stored.EventId, ReceiptOutcome.Known);
        }

        if (incoming.Links.AuthEvents.FirstOrDefault(id => !_known.ContainsKey(id)) is { Value.Length: > 0 } missing)
            return new Receipt(stored.EventId, ReceiptOutcome.Incomplete, $"{missing}, which should authorize it, is not known.");

        stored.Number = existing?.Number ?? 0;
        var reason = _rules.CheckAuthEvents(incoming, _known, _create);
        if (incoming.Kind == IncomingKind.Outlier)
        {
            stored.IsOutlier = true;
            return await SetAsideAsync(stored, reason is null ? EventStanding.Accepted : EventStanding.Rejected, reason, cancellationToken);
        }

        if (await StateBeforeAsync(incoming, cancellationToken) is not { } before)
            return new Receipt(stored.EventId, ReceiptOutcome.Incomplete, "Events before it are not known.");

        stored.StateBefore = before;
        reason ??= await _rules.CheckStateAsync(stored, _work, before, cancellationToken);
        if (reason is not null)
            return await SetAsideAsync(stored, EventStanding.Rejected, reason, cancellationToken);
        if (stored.IsState)
            stored.ReplacesState = (await _work.FindAsync(before, [StateWork.KeyOf(stored)], cancellationToken))[0]?.EventId;
        // What others follow is in the graph for good: kept from users it would only be missing, as it is not when it comes as history.
        if (incoming.Kind == IncomingKind.Timeline && before != _current && _ends.Ids.Count > 0 && !_followed.Contains(stored.EventId)
            && await _rules.CheckStateAsync(stored, _work, await PresentAsync(incoming, before, cancellationToken), cancellationToken) is { } soft)
        {
            return await SetAsideAsync(stored, EventStanding.SoftFailed, soft, cancellationToken);
        }

        if (incoming is { Kind: IncomingKind.Timeline, PolicyRefusal: { } refusal })
            return await SetAsideAsync(stored, EventStanding.SoftFailed, refusal, cancellationToken);

        await AcceptAsync(incoming, cancellationToken);
        return new Receipt(stored.EventId, ReceiptOutcome.Accepted);
    }

    // An invitation, or what became of it, that came while this server did not take part: what follows it in the graph needs the state before it.
    async ValueTask PlaceAsync(StoredEvent existing, IncomingEvent incoming, CancellationToken cancellationToken)
    {
        if (!existing.IsOutlier && !existing.IsPlaced && incoming.Kind != IncomingKind.Outlier && await StateBeforeAsync(incoming, cancellationToken) is { } before)
            existing.StateBefore = before;
    }

    async ValueTask<Receipt> SetAsideAsync(StoredEvent stored, EventStanding standing, string? reason, CancellationToken cancellationToken)
    {
        stored.Standing = standing;
        await KeepAsync(stored, cancellationToken);
        _aside.Add(stored);
        return new Receipt(
            stored.EventId,
            standing switch { EventStanding.Accepted => ReceiptOutcome.Accepted, EventStanding.SoftFailed => ReceiptOutcome.SoftFailed, _ => ReceiptOutcome.Rejected },
            reason);
    }

    async ValueTask AcceptAsync(IncomingEvent incoming, CancellationToken cancellationToken)
    {
        var stored = incoming.Event;
        await KeepAsync(stored, cancellationToken);
        foreach (var missing in incoming.Links.PrevEvents.Where(id => !IsPlaced(id)).Concat(await MissingBehindAsync(incoming.Links.PrevEvents, cancellationToken)))
        {
            if (_gaps.Add(missing))
                _newGaps.Add(missing);
        }

        var fillsGap = _gaps.Remove(stored.EventId);
        if (fillsGap && !_newGaps.Remove(stored.EventId))
            _closedGaps.Add(stored.EventId);
        await _redactions.ApplyAsync(stored, _work, _known, cancellationToken);
        if (incoming.Kind == IncomingKind.History)
        {
            _history.Add(stored);
            return;
        }

        _timeline.Add(stored);
        var changesEnds = true;
        if (_followed.Contains(stored.EventId))
            changesEnds = _ends.Cover(incoming.Links.PrevEvents, _known);
        else
            _ends.Advance(stored.EventId, incoming.Links.PrevEvents, _known);
        if (changesEnds)
            await MoveOnAsync(stored, cancellationToken);
    }

    // What is missing before soft-failed events is history of the room from when an accepted event follows them.
    async ValueTask<List<EventId>> MissingBehindAsync(IReadOnlyList<EventId> prevEvents, CancellationToken cancellationToken)
    {
        var missing = new List<EventId>();
        var seen = new HashSet<EventId>();
        for (var layer = SoftFailed(prevEvents); layer.Count > 0 && seen.Count < MaxSoftFailed; layer = SoftFailed(layer.SelectMany(Before)))
        {
            seen.UnionWith(layer.Select(static stored => stored.EventId));
            EventId[] unread = [.. layer.SelectMany(Before).Where(id => !_known.ContainsKey(id)).Distinct()];
            foreach (var stored in await _store.FindKnownAsync(unread, cancellationToken))
                _known[stored.EventId] = stored;
            missing.AddRange(layer.SelectMany(Before).Where(id => !IsPlaced(id)));
        }

        return missing;

        List<StoredEvent> SoftFailed(IEnumerable<EventId> ids) =>
        [
            .. ids.Distinct().Select(id => _known.GetValueOrDefault(id)).OfType<StoredEvent>()
                .Where(stored => stored.Standing == EventStanding.SoftFailed && !seen.Contains(stored.EventId)),
        ];

        static IReadOnlyList<EventId> Before(StoredEvent stored) => GraphLinks.Read(stored.Json.Span).PrevEvents;
    }

    // Events that others follow which came before them: those that fill gaps, and what these follow. None of them is an end, however late it comes.
    static HashSet<EventId> Followed(IEnumerable<EventId> gaps, IReadOnlyList<IncomingEvent> events)
    {
        HashSet<EventId> followed = [.. gaps];
        for (var index = events.Count - 1; index >= 0; index--)
        {
            if (events[index].Kind != IncomingKind.Outlier && followed.Contains(events[index].Event.EventId))
                followed.UnionWith(events[index].Links.PrevEvents);
        }

        return followed;
    }

    // The room as it is, by which news are judged. What comes after a gap may come from where more has happened than is known here: what the room became
    // there counts too, and only what both together do not allow is kept from users. A server that was cut off is not left behind by that.
    async ValueTask<StateNodeHash> PresentAsync(IncomingEvent incoming, StateNodeHash before, CancellationToken cancellationToken)
    {
        if (incoming.StateBefore is null)
            return _current;

        var maps = new List<StateNodeHash>(_ends.Ids.Count + 1);
        foreach (var end in _ends.Ids)
            maps.Add(await AfterAsync(_known[end], cancellationToken));
        maps.Add(before);
        return await _forks.ResolveAsync(_work, maps, cancellationToken);
    }

    // Current state is what the ends of the graph resolve to.
    async ValueTask MoveOnAsync(StoredEvent at, CancellationToken cancellationToken)
    {
        var maps = new List<StateNodeHash>(_ends.Ids.Count);
        foreach (var end in _ends.Ids)
            maps.Add(await AfterAsync(_known[end], cancellationToken));
        var next = await _forks.ResolveAsync(_work, maps, cancellationToken);
        if (next == _current)
            return;

        var effects = await _work.EffectsAsync(_current, next, at, cancellationToken);
        if (effects.Find(static effect => effect.Key is { Type: "m.room.create", Key: "" }) is { } created)
            _create = created.Value;
        _effects.AddRange(effects);
        _current = next;
    }

    async ValueTask<StateNodeHash?> StateBeforeAsync(IncomingEvent incoming, CancellationToken cancellationToken)
    {
        if (incoming.StateBefore is { } told)
            return await StateOfAsync(told, cancellationToken);
        if (incoming.StateBeforeAs is { } other)
            return IsPlaced(other) ? _known[other].StateBefore : null;
        if (incoming.Links.PrevEvents.Count == 0)
            return incoming.Event is { Type: "m.room.create", StateKey: "" } ? StateNodeHash.Empty : null;
        if (!incoming.Links.PrevEvents.All(IsPlaced))
            return null;

        var maps = new List<StateNodeHash>(incoming.Links.PrevEvents.Count);
        foreach (var prev in incoming.Links.PrevEvents)
            maps.Add(await AfterAsync(_known[prev], cancellationToken));
        return await _forks.ResolveAsync(_work, maps, cancellationToken);
    }

    // As a change of current state, with which it has most in common.
    async ValueTask<StateNodeHash?> StateOfAsync(IReadOnlyList<EventId> told, CancellationToken cancellationToken)
    {
        var values = new Dictionary<StateKey, long?>(told.Count);
        foreach (var id in told)
        {
            if (!_known.TryGetValue(id, out var value) || value.RoomId != _start.RoomId)
                return null;
            if (value is { IsState: true, Standing: not EventStanding.Rejected })
                values[StateWork.KeyOf(value)] = value.Number;
        }

        foreach (var value in await _work.EventsOfAsync(_current, cancellationToken))
        {
            var key = StateWork.KeyOf(value);
            if (!values.TryAdd(key, null) && values[key] == value.Number)
                values.Remove(key);
        }

        return await _work.SetAsync(_current, [.. values.Select(static value => (value.Key, value.Value))], cancellationToken);
    }

    async ValueTask<StateNodeHash> AfterAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        if (_afters.TryGetValue(stored.EventId, out var known))
            return known;

        var after = stored is { IsState: true, Standing: not EventStanding.Rejected }
            ? await _work.AddAsync(stored.StateBefore, stored, cancellationToken)
            : stored.StateBefore;
        _afters[stored.EventId] = after;
        return after;
    }

    async ValueTask KeepAsync(StoredEvent stored, CancellationToken cancellationToken)
    {
        await _work.NumberAsync(stored, cancellationToken);
        _known[stored.EventId] = stored;
        NoteCreate(stored);
    }

    void NoteCreate(StoredEvent stored)
    {
        if (stored is { Type: "m.room.create", StateKey: "", Standing: EventStanding.Accepted })
            _create ??= stored;
    }

    // Outliers have no state before them: what follows them needs to be told its state. An event can name those of another room, whose state is another.
    bool IsPlaced(EventId id) => _known.TryGetValue(id, out var stored) && stored.IsPlaced && stored.RoomId == _start.RoomId;
}
