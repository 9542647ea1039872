using Hybrid.Primitives;
using Hybrid.Storage.DelayedEvents;
using Hybrid.Storage.Rooms;

namespace Hybrid.Rooms.DelayedEvents;

/// <summary>The scheduled events in memory, by their time and by the state that they are to set. The store has them too.</summary>
public sealed class DelayedEventQueue
{
    readonly Lock _lock = new();
    readonly Dictionary<string, DelayedEvent> _events = new(StringComparer.Ordinal);
    readonly PriorityQueue<(string DelayId, DateTimeOffset SendAt), DateTimeOffset> _times = new();
    readonly Dictionary<(RoomId Room, StateKey Key), HashSet<string>> _places = [];
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Adds an event, or puts it in the place of its earlier form.</summary>
    public void Put(DelayedEvent delayed)
    {
        lock (_lock)
        {
            Remove(delayed.DelayId);
            _events[delayed.DelayId] = delayed;
            _times.Enqueue((delayed.DelayId, delayed.SendAt), delayed.SendAt);
            if (delayed.StateKey is { } stateKey)
            {
                var place = (delayed.RoomId, new StateKey(delayed.Type, stateKey));
                if (!_places.TryGetValue(place, out var there))
                    _places[place] = there = new HashSet<string>(StringComparer.Ordinal);
                there.Add(delayed.DelayId);
            }

            Wake();
        }
    }

    public void Take(string delayId)
    {
        lock (_lock)
            Remove(delayId);
    }

    /// <summary>
    /// Takes out the events that others have made void by setting the state that they were to set, which is current since
    /// <paramref name="position"/>.
    /// </summary>
    public IReadOnlyList<DelayedEvent> TakeReplaced(StoredEvent stored, long position)
    {
        if (stored.StateKey is not { } stateKey)
            return [];

        lock (_lock)
        {
            if (_places.Count == 0 || !_places.TryGetValue((stored.RoomId, new StateKey(stored.Type, stateKey)), out var there))
                return [];

            var replaced = there.Select(delayId => _events[delayId]).Where(delayed => delayed.Owner != stored.Sender && delayed.ScheduledAt < position).ToList();
            foreach (var delayed in replaced)
                Remove(delayed.DelayId);
            return replaced;
        }
    }

    /// <summary>Takes out the events whose time has come, and says when the next one comes, null for never, and what completes when that changes.</summary>
    public (IReadOnlyList<DelayedEvent> Due, DateTimeOffset? Next, Task Changed) TakeDue(DateTimeOffset now)
    {
        lock (_lock)
        {
            var due = new List<DelayedEvent>();
            while (_times.TryPeek(out var first, out _))
            {
                // What was restarted or taken out is still here under its earlier time.
                var isCurrent = _events.TryGetValue(first.DelayId, out var delayed) && delayed.SendAt == first.SendAt;
                if (isCurrent && first.SendAt > now)
                    break;

                _times.Dequeue();
                if (!isCurrent)
                    continue;

                due.Add(delayed!);
                Remove(first.DelayId);
            }

            return (due, _times.TryPeek(out var next, out _) ? next.SendAt : null, _changed.Task);
        }
    }

    void Remove(string delayId)
    {
        if (!_events.Remove(delayId, out var delayed) || delayed.StateKey is not { } stateKey)
            return;

        var place = (delayed.RoomId, new StateKey(delayed.Type, stateKey));
        if (_places.TryGetValue(place, out var there) && there.Remove(delayId) && there.Count == 0)
            _places.Remove(place);
    }

    void Wake()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
