using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using StateKey = Hybrid.Storage.Rooms.StateKey;

namespace Hybrid.Rooms.Events;

/// <summary>An event on top of a room's graph before it is sealed: its template, and the events that the rules judge it by.</summary>
sealed record PlacedTemplate(ReadOnlyMemory<byte> Json, List<ReadOnlyMemory<byte>> Evidence, long Depth)
{
    // Servers reject events with more (specification, server-server API, "PDUs").
    const int MaxPrevEvents = 20;

    // The reference hash is made as in the versions before, and is the ID.
    const string FirstHashedVersion = "3";

    /// <summary>Places a proposal after the ends of the graph, authorized by a state.</summary>
    /// <param name="traits">The room's version.</param>
    /// <param name="proposal">The event.</param>
    /// <param name="roomId">Null for a create event whose hash will be the room's ID.</param>
    /// <param name="originServerTs">Milliseconds since the Unix epoch.</param>
    /// <param name="find">The state.</param>
    /// <param name="known">Events by ID, for room versions in which the ends are named with their hashes.</param>
    /// <param name="chosenId">The event's ID, for room versions in which its server chooses it; null where another server will.</param>
    /// <param name="ends">The ends of the graph.</param>
    /// <param name="depth">The greatest depth so far.</param>
    /// <exception cref="NativeException">The content cannot be that of an event.</exception>
    public static PlacedTemplate Write(
        RoomVersionTraits traits, EventProposal proposal, RoomId? roomId, long originServerTs, Func<StateKey, StoredEvent?> find,
        Func<EventId, StoredEvent?> known, EventId? chosenId, IReadOnlyList<EventId> ends, long depth)
    {
        EventId? topLevelRedacts = traits.RedactsInContent ? null : proposal.RedactionTarget?.EventId;
        var needed = EventAuthorization.AuthTypes(traits.Id, EventTemplate.Write(proposal, roomId, originServerTs, null, topLevelRedacts, chosenId).Span);
        var authEvents = new List<StoredEvent>(needed.Count);
        foreach (var (type, stateKey) in needed)
        {
            if (find(new StateKey(type, stateKey)) is { } found)
                authEvents.Add(found);
        }

        var place = new GraphPlace(
            [.. authEvents.Select(entry => Link(traits, entry.EventId, entry))], [.. ends.Take(MaxPrevEvents).Select(id => Link(traits, id, known(id)))],
            GraphPlace.DepthAfter(depth));
        var template = EventTemplate.Write(proposal, roomId, originServerTs, place, topLevelRedacts, chosenId);

        // From version 12 on the create event is implied by the room ID and not among the auth events, but the rules need it.
        var evidence = authEvents.ConvertAll(static entry => entry.Json);
        if (traits.RoomIdIsCreateHash && find(new StateKey("m.room.create", "")) is { } create)
            evidence.Add(create.Json);
        return new PlacedTemplate(template, evidence, place.Depth);
    }

    // Servers do not compare the hash; of an event that is not at hand none is made up.
    static GraphLink Link(RoomVersionTraits traits, EventId id, StoredEvent? stored) =>
        !traits.EventIdIsChosen ? new GraphLink(id) : new GraphLink(id, stored is null ? "" : EventCodec.EventId(FirstHashedVersion, stored.Json.Span)[1..]);
}
