using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Events;

/// <summary>
/// Completes events of other servers by what a room must have before it can receive them: events between them and what is known, the state before
/// those whose predecessors cannot be had, and what authorizes them all. It asks the server that sent them, within <see cref="AncestryLimits"/>.
/// </summary>
public sealed class Ancestry(RemoteEvents remote, IRoomStore store, AncestryLimits limits)
{
    /// <summary>The events with what was fetched for them, in an order in which the room can receive them.</summary>
    /// <param name="server">Whom to ask.</param>
    /// <param name="room">The room as it is.</param>
    /// <param name="events">Events that passed their checks.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    public async ValueTask<IReadOnlyList<IncomingEvent>> CompleteAsync(
        ServerName server, RoomSnapshot room, IReadOnlyList<IncomingEvent> events, CancellationToken cancellationToken)
    {
        var gathering = new Gathering(remote, store, limits, server, room);
        await gathering.AddAsync(events, cancellationToken);
        await gathering.FillAsync(cancellationToken);
        await gathering.AddStatesAsync(cancellationToken);
        await gathering.AddAuthEventsAsync(cancellationToken);
        return EventOrder.Sort(gathering.Events);
    }

    /// <summary>One completion: what is gathered, and what the store knows of what it names.</summary>
    sealed class Gathering(RemoteEvents remote, IRoomStore store, AncestryLimits limits, ServerName server, RoomSnapshot snapshot)
    {
        readonly Dictionary<EventId, IncomingEvent> _events = [];
        // Whether an event is stored with the state before it; false for outliers.
        readonly Dictionary<EventId, bool> _stored = [];
        // Events of the room's state, which are stored in any case.
        readonly HashSet<EventId> _known = [];
        readonly RemoteRoom _room = new(snapshot.RoomId, snapshot.Version);
        int _single = limits.SingleEvents;

        public IReadOnlyCollection<IncomingEvent> Events => _events.Values;

        public async ValueTask AddAsync(IEnumerable<IncomingEvent> added, CancellationToken cancellationToken)
        {
            var fresh = new List<EventId>();
            foreach (var incoming in added)
            {
                // What comes as an outlier and as more is more.
                if (!_events.TryGetValue(incoming.Event.EventId, out var there) || (there.Kind == IncomingKind.Outlier && incoming.Kind != IncomingKind.Outlier))
                {
                    _events[incoming.Event.EventId] = incoming;
                    fresh.Add(incoming.Event.EventId);
                    fresh.AddRange(incoming.Links.PrevEvents);
                    fresh.AddRange(incoming.Links.AuthEvents);
                }
            }

            await LearnAsync(fresh, cancellationToken);
        }

        /// <summary>Events between these and what is known.</summary>
        public async ValueTask FillAsync(CancellationToken cancellationToken)
        {
            long? minDepth = null;
            for (var round = 0; round < limits.MissingRounds; round++)
            {
                EventId[] latest = [.. Gappy().Where(static incoming => incoming.Kind == IncomingKind.Timeline).Select(static incoming => incoming.Event.EventId).Take(limits.MissingPerRound)];
                if (latest.Length == 0)
                    return;

                minDepth ??= await MinDepthAsync(cancellationToken);
                var found = await remote.MissingAsync(
                    server, _room, snapshot.ForwardExtremities, latest, minDepth.Value, limits.MissingPerRound, cancellationToken);
                var before = _events.Count;
                await AddBetweenAsync([.. found.Where(incoming => incoming.Event.Depth >= minDepth)], cancellationToken);
                if (_events.Count == before)
                    return;
            }
        }

        /// <summary>The state before events whose predecessors cannot be had.</summary>
        public async ValueTask AddStatesAsync(CancellationToken cancellationToken)
        {
            foreach (var gappy in Gappy().Take(limits.StatesPerBatch).ToList())
            {
                var eventId = gappy.Event.EventId;
                if (await SameStateAsync(gappy, cancellationToken) is { } same)
                {
                    _events[eventId] = gappy with { StateBeforeAs = same };
                    continue;
                }

                if (await remote.StateIdsAsync(server, snapshot.RoomId, eventId, cancellationToken) is not { } ids)
                    continue;

                var told = new HashSet<EventId>(ids.State.Count + ids.AuthChain.Count);
                told.UnionWith(ids.State);
                told.UnionWith(ids.AuthChain);
                _known.EnsureCapacity(told.Count);
                _known.UnionWith(snapshot.TakeState(told).Select(static stored => stored.EventId));
                await LearnAsync(told, cancellationToken);
                EventId[] missing = [.. ids.State.Concat(ids.AuthChain).Where(IsUnknown).Distinct()];
                await AddAsync(
                    missing.Length > limits.SingleEvents
                        ? await remote.StateAsync(server, _room, eventId, cancellationToken)
                        : await remote.EventsAsync(server, _room, missing, IncomingKind.Outlier, cancellationToken),
                    cancellationToken);

                // A state of which something is missing would be another state.
                if (ids.State.All(id => !IsUnknown(id)))
                    _events[eventId] = gappy with { StateBefore = ids.State };
            }
        }

        /// <summary>What authorizes events, and what authorizes that.</summary>
        public async ValueTask AddAuthEventsAsync(CancellationToken cancellationToken)
        {
            var asked = new HashSet<EventId>();
            while (Unauthorized().FirstOrDefault(incoming => asked.Add(incoming.Event.EventId)) is { } unauthorized && asked.Count <= limits.StatesPerBatch)
                await AddAsync(await remote.EventAuthAsync(server, _room, unauthorized.Event.EventId, cancellationToken), cancellationToken);

            while (_single > 0)
            {
                EventId[] missing = [.. Unauthorized().SelectMany(static incoming => incoming.Links.AuthEvents).Distinct().Where(IsUnknown).Take(_single)];
                if (missing.Length == 0)
                    return;

                _single -= missing.Length;
                var found = await remote.EventsAsync(server, _room, missing, IncomingKind.Outlier, cancellationToken);
                if (found.Count == 0)
                    return;
                await AddAsync(found, cancellationToken);
            }
        }

        // The state does not change from an event that is none of it to one that follows it alone, and so back from where the timeline begins here: most
        // history needs nobody to tell the state before it, which in a large room is large.
        async ValueTask<EventId?> SameStateAsync(IncomingEvent gappy, CancellationToken cancellationToken)
        {
            if (gappy.Kind != IncomingKind.History || await FirstAsync(cancellationToken) is not { IsPlaced: true } first)
                return null;

            var beginning = GraphLinks.Read(first.Json.Span).PrevEvents;
            var followers = new Dictionary<EventId, IncomingEvent>();
            foreach (var incoming in _events.Values.Where(static incoming => incoming is { Kind: IncomingKind.History, Links.PrevEvents.Count: 1 }))
                followers[incoming.Links.PrevEvents[0]] = incoming;
            var at = gappy;
            while (!at.Event.IsState)
            {
                if (beginning is [var last] && last == at.Event.EventId)
                    return first.EventId;
                if (!followers.Remove(at.Event.EventId, out var next))
                    break;
                at = next;
            }

            return null;
        }

        // Where the timeline begins here: what is less deep is history, even if news follow it.
        async ValueTask<long> MinDepthAsync(CancellationToken cancellationToken) => (await FirstAsync(cancellationToken))?.Depth ?? 0;

        async ValueTask<StoredEvent?> FirstAsync(CancellationToken cancellationToken) => (await store.ReadTimelineAsync(
            new TimelineQuery(snapshot.RoomId, TimelineQuery.Beginning, null, Backwards: false, Limit: 1), cancellationToken)).Events is [var first, ..] ? first : null;

        // Of what was found, what the events that wait for it follow. What lies behind events that are placed here is history and no news.
        async ValueTask AddBetweenAsync(IReadOnlyList<IncomingEvent> found, CancellationToken cancellationToken)
        {
            await LearnAsync(found.SelectMany(static incoming => incoming.Links.PrevEvents.Append(incoming.Event.EventId)), cancellationToken);
            var byId = new Dictionary<EventId, IncomingEvent>();
            foreach (var incoming in found)
                byId.TryAdd(incoming.Event.EventId, incoming);
            var between = new List<IncomingEvent>();
            var left = new Stack<EventId>(Gappy().SelectMany(static incoming => incoming.Links.PrevEvents));
            while (left.TryPop(out var id))
            {
                if (IsPlaced(id) || !byId.Remove(id, out var incoming))
                    continue;

                between.Add(incoming);
                foreach (var prev in incoming.Links.PrevEvents)
                    left.Push(prev);
            }

            await AddAsync(between, cancellationToken);
        }

        // Events whose state does not follow from their predecessors.
        IEnumerable<IncomingEvent> Gappy() => _events.Values.Where(incoming =>
            incoming.Kind != IncomingKind.Outlier && incoming is { StateBefore: null, StateBeforeAs: null } && !IsPlaced(incoming.Event.EventId)
            && incoming.Links.PrevEvents.Any(prev => !IsPlaced(prev) && !(_events.TryGetValue(prev, out var there) && there.Kind != IncomingKind.Outlier)));

        IEnumerable<IncomingEvent> Unauthorized() => _events.Values.Where(incoming =>
            !IsPlaced(incoming.Event.EventId) && incoming.Links.AuthEvents.Any(IsUnknown));

        bool IsPlaced(EventId id) => _stored.TryGetValue(id, out var placed) && placed;

        bool IsUnknown(EventId id) => !_stored.ContainsKey(id) && !_events.ContainsKey(id) && !_known.Contains(id);

        async ValueTask LearnAsync(IEnumerable<EventId> ids, CancellationToken cancellationToken)
        {
            var wanted = ids.Where(id => !_stored.ContainsKey(id)).ToHashSet();
            if (wanted.Count == 0)
                return;

            foreach (var stored in await store.FindKnownAsync(wanted, cancellationToken))
                _stored[stored.EventId] = stored.IsPlaced && stored.RoomId == snapshot.RoomId;
        }
    }
}
