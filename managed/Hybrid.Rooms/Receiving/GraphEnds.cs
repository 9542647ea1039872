using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.Receiving;

/// <summary>The forward extremities of a room while events are received: accepted events that no accepted event names.</summary>
sealed class GraphEnds(IReadOnlyList<EventId> ends)
{
    // How far a chain of refused events is followed to what it hangs on.
    const int MaxRefused = 100;

    readonly List<EventId> _ends = [.. ends];

    public IReadOnlyList<EventId> Ids => _ends;

    /// <summary>Adds an accepted event that no accepted event names.</summary>
    public void Advance(EventId added, IReadOnlyList<EventId> prevEvents, IReadOnlyDictionary<EventId, StoredEvent> known)
    {
        Cover(prevEvents, known);
        _ends.Add(added);
    }

    /// <summary>
    /// Takes out what an accepted event follows, through refused events too, which can be named but never are ends. Whether that changed anything.
    /// </summary>
    public bool Cover(IReadOnlyList<EventId> prevEvents, IReadOnlyDictionary<EventId, StoredEvent> known)
    {
        var count = _ends.Count;
        var seen = new HashSet<EventId>();
        var left = new Stack<EventId>(prevEvents);
        while (left.TryPop(out var id) && seen.Count < MaxRefused)
        {
            if (!seen.Add(id))
                continue;

            _ends.Remove(id);
            if (known.TryGetValue(id, out var stored) && stored.Standing != EventStanding.Accepted)
            {
                foreach (var before in GraphLinks.Read(stored.Json.Span).PrevEvents)
                    left.Push(before);
            }
        }

        return _ends.Count != count;
    }
}
