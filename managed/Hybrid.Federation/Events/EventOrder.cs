using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;

namespace Hybrid.Federation.Events;

/// <summary>Puts events so that each comes after those among them that it names.</summary>
static class EventOrder
{
    /// <summary>Outliers by what authorizes them, then the others by what authorizes and what precedes them. Events in a circle, which only a peer that lies can send, are left out.</summary>
    public static List<IncomingEvent> Sort(IReadOnlyCollection<IncomingEvent> events)
    {
        // From room version 12 on no event names the create event, and all need it.
        var outliers = events.Where(static incoming => incoming.Kind == IncomingKind.Outlier)
            .OrderBy(static incoming => incoming.Event is not { Type: "m.room.create", StateKey: "" });
        var others = events.Where(static incoming => incoming.Kind != IncomingKind.Outlier);
        return
        [
            .. Sort(outliers, static incoming => incoming.Links.AuthEvents),
            .. Sort(others, static incoming => incoming.Links.PrevEvents.Concat(incoming.Links.AuthEvents)),
        ];
    }

    static List<IncomingEvent> Sort(IEnumerable<IncomingEvent> events, Func<IncomingEvent, IEnumerable<EventId>> links)
    {
        var byId = new Dictionary<EventId, IncomingEvent>();
        foreach (var incoming in events)
            byId.TryAdd(incoming.Event.EventId, incoming);

        var waiting = new Dictionary<EventId, int>(byId.Count);
        var followers = new Dictionary<EventId, List<EventId>>();
        foreach (var (id, incoming) in byId)
        {
            var before = links(incoming).Where(byId.ContainsKey).ToHashSet();
            waiting[id] = before.Count;
            foreach (var link in before)
            {
                if (!followers.TryGetValue(link, out var list))
                    followers[link] = list = [];
                list.Add(id);
            }
        }

        // Of those that could come next, the one that was given first.
        var ready = new Queue<EventId>(byId.Keys.Where(id => waiting[id] == 0));
        var sorted = new List<IncomingEvent>(byId.Count);
        while (ready.TryDequeue(out var id))
        {
            sorted.Add(byId[id]);
            foreach (var follower in followers.GetValueOrDefault(id, []))
            {
                if (--waiting[follower] == 0)
                    ready.Enqueue(follower);
            }
        }

        return sorted;
    }
}
