using System.Text.Json;
using Hybrid.Federation.Events;
using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;

namespace Hybrid.Federation.Joins;

/// <summary>A room as the server that a join went through tells it (<c>send_join</c>): its state before the join and all that authorizes it, checked.</summary>
/// <param name="Events">In an order in which the room can receive them; the join is the last.</param>
/// <param name="Create">The create event.</param>
sealed record JoinedRoom(IReadOnlyList<IncomingEvent> Events, IncomingEvent Create)
{
    const int MaxEvents = 500_000;

    // As many as one native call works off well on all cores.
    const int Batch = 2000;

    /// <summary>Reads and checks an answer; null for one that is no room that can be believed.</summary>
    public static async ValueTask<JoinedRoom?> ReadAsync(
        ReadOnlyMemory<byte> answer, string version, RoomId roomId, IncomingEvent join, EventVerifier verifier, CancellationToken cancellationToken)
    {
        var state = await VerifyAsync(PduList.Read(answer, "state", MaxEvents), version, roomId, verifier, cancellationToken);
        var authChain = await VerifyAsync(PduList.Read(answer, "auth_chain", MaxEvents), version, roomId, verifier, cancellationToken);
        if (state.Find(static incoming => incoming.Event is { Type: "m.room.create", StateKey: "" }) is not { } create || VersionOf(create) != version)
            return null;

        // Two events for one key would be no state.
        var keys = new HashSet<(string, string)>();
        if (!state.TrueForAll(incoming => incoming.Event.StateKey is { } key && keys.Add((incoming.Event.Type, key))))
            return null;

        return new JoinedRoom(
            EventOrder.Sort([.. authChain, .. state, join with { StateBefore = [.. state.Select(static incoming => incoming.Event.EventId)] }]), create);
    }

    static async ValueTask<List<IncomingEvent>> VerifyAsync(
        List<ReadOnlyMemory<byte>> raw, string version, RoomId roomId, EventVerifier verifier, CancellationToken cancellationToken)
    {
        var events = new List<IncomingEvent>(raw.Count);
        foreach (var chunk in raw.Chunk(Batch))
        {
            foreach (var verified in await verifier.VerifyAsync(version, roomId, chunk, IncomingKind.Outlier, cancellationToken))
            {
                if (verified.Event is { } incoming)
                    events.Add(incoming);
            }
        }

        return events;
    }

    static string VersionOf(IncomingEvent create)
    {
        using var content = JsonDocument.Parse(create.Event.Json);
        return content.RootElement.GetProperty("content").TryGetProperty("room_version", out var version) ? version.GetString() ?? "" : "1";
    }
}
