using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Rooms.Receiving;

namespace Hybrid.Federation.Joins;

/// <summary>A room as the server that a join went through tells it (<c>send_join</c>): its state before the join and all that authorizes it, checked.</summary>
/// <param name="Events">In an order in which the room can receive them; the join is the last.</param>
/// <param name="Create">The create event.</param>
sealed record JoinedRoom(IReadOnlyList<IncomingEvent> Events, IncomingEvent Create)
{
    /// <summary>Checks an answer as a whole; null for one that is no room that can be believed.</summary>
    public static JoinedRoom? Of(ReadJoinAnswer answer, string version, IncomingEvent join)
    {
        var state = answer.State;
        if (state.Find(static incoming => incoming.Event is { Type: "m.room.create", StateKey: "" }) is not { } create || VersionOf(create) != version)
            return null;

        // Two events for one key would be no state.
        var keys = new HashSet<(string, string)>();
        if (!state.TrueForAll(incoming => incoming.Event.StateKey is { } key && keys.Add((incoming.Event.Type, key))))
            return null;

        return new JoinedRoom(
            EventOrder.Sort([.. answer.AuthChain, .. state, join with { StateBefore = [.. state.Select(static incoming => incoming.Event.EventId)] }]), create);
    }

    static string VersionOf(IncomingEvent create)
    {
        using var content = JsonDocument.Parse(create.Event.Json);
        return content.RootElement.GetProperty("content").TryGetProperty("room_version", out var version) ? version.GetString() ?? "" : "1";
    }
}
