using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Events;

/// <summary>All events that authorize others, and those that authorize them, down to the create event (server-server API, "Auth chain").</summary>
public sealed class AuthChains(IRoomStore store)
{
    /// <summary>
    /// The auth chain of some events of one room, without these themselves unless one is in the chain of another. An event that was rejected can name events
    /// of other rooms; those are not among it, as whoever is told of the chain need not be in their room.
    /// </summary>
    public async ValueTask<IReadOnlyCollection<StoredEvent>> ReadAsync(IEnumerable<StoredEvent> events, CancellationToken cancellationToken)
    {
        var given = new Dictionary<EventId, StoredEvent>();
        foreach (var stored in events)
            given[stored.EventId] = stored;

        var rooms = given.Values.Select(static stored => stored.RoomId).ToHashSet();
        var chain = new Dictionary<EventId, StoredEvent>();
        for (IReadOnlyCollection<StoredEvent> layer = given.Values; layer.Count > 0;)
        {
            var wanted = layer.SelectMany(static stored => GraphLinks.Read(stored.Json.Span).AuthEvents).Where(id => !chain.ContainsKey(id)).ToHashSet();
            var next = new List<StoredEvent>(wanted.Count);
            // Of those that were given, the links have been followed already.
            foreach (var id in wanted.Where(given.ContainsKey))
                chain[id] = given[id];
            wanted.ExceptWith(given.Keys);
            if (wanted.Count > 0)
                next.AddRange((await store.FindKnownAsync(wanted, cancellationToken)).Where(stored => rooms.Contains(stored.RoomId)));
            foreach (var stored in next)
                chain[stored.EventId] = stored;
            layer = next;
        }

        return chain.Values;
    }
}
