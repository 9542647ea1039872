using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;
using Hybrid.Simulation.Tests.Servers;
using Hybrid.Storage.Rooms;

namespace Hybrid.Simulation.Tests.Invariants;

/// <summary>
/// The event graph of a room, for whoever reads why a seed fails: each event that a server has, by depth, with what it follows and what became of it at
/// each server: <c>a</c> accepted, <c>o</c> outlier, <c>s</c> soft-failed, <c>r</c> rejected, <c>-</c> unknown, in capitals where it is current state,
/// with <c>!</c> where it is an end.
/// </summary>
static class GraphReport
{
    /// <summary>The graph as it is now, a line for each event.</summary>
    public static IEnumerable<string> Of(Simulation simulation, RoomId roomId)
    {
        yield return $"{roomId} as {string.Join(' ', simulation.Servers.Select(static server => server.Name))} have it";
        var views = simulation.Servers.ConvertAll(server => View.Of(server, roomId));
        var events = views.SelectMany(static view => view.Events.Values).DistinctBy(static stored => stored.EventId)
            .OrderBy(static stored => stored.Depth).ThenBy(static stored => stored.EventId.Value, StringComparer.Ordinal);
        foreach (var stored in events)
        {
            var links = GraphLinks.Read(stored.Json.Span);
            var standings = string.Join(' ', views.Select(view => view.StandingOf(stored.EventId)));
            yield return $"{stored.Depth,4} {Short(stored.EventId)} [{standings}] {stored.Sender} {stored.Type} {stored.StateKey} {stored.Membership}"
                + $" after {string.Join(' ', links.PrevEvents.Select(Short))} by {string.Join(' ', links.AuthEvents.Select(Short))}";
        }
    }

    static string Short(EventId id) => id.Value[1..9];

    sealed record View(Dictionary<EventId, StoredEvent> Events, HashSet<EventId> State, HashSet<EventId> Ends)
    {
        public static View Of(SimulatedServer server, RoomId roomId)
        {
            var events = new Dictionary<EventId, StoredEvent>();
            if (!server.IsUp || Simulation.Look(server, roomId) is not { } room)
                return new View(events, [], []);

            var store = server.Get<IRoomStore>();
            var seen = new HashSet<EventId>();
            HashSet<EventId> state = [.. room.State.Values.Select(static value => value.EventId)];
            for (List<EventId> layer = [.. room.ForwardExtremities.Concat(state).Where(seen.Add)]; layer.Count > 0;)
            {
                var next = new List<EventId>();
                foreach (var stored in HealedRooms.Now(store.FindKnownAsync(layer, default)))
                {
                    events[stored.EventId] = stored;
                    var links = GraphLinks.Read(stored.Json.Span);
                    next.AddRange(links.PrevEvents.Concat(links.AuthEvents).Where(seen.Add));
                }

                layer = next;
            }

            return new View(events, state, [.. room.ForwardExtremities]);
        }

        public string StandingOf(EventId eventId)
        {
            if (!Events.TryGetValue(eventId, out var stored))
                return "-";

            var letter = stored.Standing switch
            {
                EventStanding.Accepted when stored.IsOutlier => "o",
                EventStanding.Accepted => "a",
                EventStanding.SoftFailed => "s",
                _ => "r",
            };
            return (State.Contains(eventId) ? letter.ToUpperInvariant() : letter) + (Ends.Contains(eventId) ? "!" : "");
        }
    }
}
