using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;

namespace Hybrid.Simulation.Tests.Invariants;

/// <summary>The event graph of a room, for whoever reads why a seed fails.</summary>
static class GraphReport
{
    /// <summary>
    /// Each event that a server has, by depth, with what became of it at each server (<see cref="RoomGraph.StandingOf"/>), what it follows and what
    /// authorizes it.
    /// </summary>
    public static IEnumerable<string> Of(Simulation simulation, RoomId roomId)
    {
        yield return $"{roomId} as {string.Join(' ', simulation.Servers.Select(static server => server.Name))} have it";
        var graphs = simulation.Servers.ConvertAll(server => RoomGraph.Of(server, roomId));
        var events = graphs.SelectMany(static graph => graph.Events.Values).DistinctBy(static stored => stored.EventId)
            .OrderBy(static stored => stored.Depth).ThenBy(static stored => stored.EventId.Value, StringComparer.Ordinal);
        foreach (var stored in events)
        {
            var links = GraphLinks.Read(stored.Json.Span);
            var standings = string.Join(' ', graphs.Select(graph => graph.StandingOf(stored.EventId)));
            yield return $"{stored.Depth,4} {Short(stored.EventId)} [{standings}] {stored.Sender} {stored.Type} {stored.StateKey} {stored.Membership}"
                + $" after {string.Join(' ', links.PrevEvents.Select(Short))} by {string.Join(' ', links.AuthEvents.Select(Short))}";
        }
    }

    static string Short(EventId id) => id.Value[1..9];
}
