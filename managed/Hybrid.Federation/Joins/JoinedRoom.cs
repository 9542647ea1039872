using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Rooms.Receiving;

namespace Hybrid.Federation.Joins;

/// <summary>A room as the server that a join went through tells it (<c>send_join</c>): state before the join and all that authorizes it, checked.</summary>
/// <param name="Events">In an order in which the room can receive them; the join is the last.</param>
/// <param name="Create">The create event.</param>
sealed record JoinedRoom(IReadOnlyList<IncomingEvent> Events, IncomingEvent Create)
{
    /// <summary>Puts a room together; null for one that cannot be believed.</summary>
    /// <param name="version">The room version that the join was made for.</param>
    /// <param name="state">The state before the join, or what of it is needed.</param>
    /// <param name="authChain">What authorizes it.</param>
    /// <param name="join">The join.</param>
    public static JoinedRoom? Of(string version, List<IncomingEvent> state, List<IncomingEvent> authChain, IncomingEvent join)
    {
        if (state.Find(static incoming => incoming.Event is { Type: "m.room.create", StateKey: "" }) is not { } create || VersionOf(create) != version)
            return null;

        return new JoinedRoom(
            EventOrder.Sort([.. authChain, .. state, join with { StateBefore = [.. state.Select(static incoming => incoming.Event.EventId)] }]), create);
    }

    static string VersionOf(IncomingEvent create)
    {
        using var content = JsonDocument.Parse(create.Event.Json);
        return content.RootElement.GetProperty("content").TryGetProperty("room_version", out var version) ? version.GetString() ?? "" : "1";
    }
}
