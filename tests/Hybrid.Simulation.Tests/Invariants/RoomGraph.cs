using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;
using Hybrid.Simulation.Tests.Servers;
using Hybrid.Storage.Rooms;

namespace Hybrid.Simulation.Tests.Invariants;

/// <summary>The event graph of a room as one server has it: all that its ends and its state lead to.</summary>
/// <param name="Events">The events by ID.</param>
/// <param name="Followed">Those that the ends lead to by <c>prev_events</c> and that have their place in the graph, the ends among them.</param>
/// <param name="State">Those that are current state.</param>
/// <param name="Ends">The forward extremities.</param>
sealed record RoomGraph(Dictionary<EventId, StoredEvent> Events, HashSet<EventId> Followed, HashSet<EventId> State, HashSet<EventId> Ends)
{
    /// <summary>Reads it; an empty one where the server does not run or does not know the room.</summary>
    public static RoomGraph Of(SimulatedServer server, RoomId roomId)
    {
        var graph = new RoomGraph([], [], [], []);
        if (!server.IsUp || Simulation.Look(server, roomId) is not { } room)
            return graph;

        var store = server.Get<IRoomStore>();
        graph.Ends.UnionWith(room.ForwardExtremities);
        graph.State.UnionWith(room.State.Values.Select(static value => value.EventId));
        Walk([.. graph.Ends.Concat(graph.State)], stored => graph.Events.TryAdd(stored.EventId, stored), static links => links.PrevEvents.Concat(links.AuthEvents));
        Walk([.. graph.Ends], stored => stored is { IsOutlier: false, Standing: not EventStanding.Rejected } && graph.Followed.Add(stored.EventId), static links => links.PrevEvents);
        return graph;

        void Walk(List<EventId> layer, Func<StoredEvent, bool> take, Func<GraphLinks, IEnumerable<EventId>> next)
        {
            while (layer.Count > 0)
            {
                var found = HealedRooms.Now(store.FindKnownAsync(layer, default)).Where(take).ToList();
                layer = [.. found.SelectMany(stored => next(GraphLinks.Read(stored.Json.Span))).Distinct()];
            }
        }
    }

    /// <summary>
    /// What became of an event: <c>a</c> accepted, <c>o</c> outlier, <c>s</c> soft-failed, <c>r</c> rejected, <c>-</c> not here; in capitals where it is
    /// current state, with <c>!</c> where it is an end.
    /// </summary>
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
