using System.Collections.Concurrent;
using Hybrid.Primitives;

namespace Hybrid.Federation.Inbound;

/// <summary>
/// Events that cannot be received yet because what is before them could not be had. They stay in the inbound log, and are tried again for an hour: the
/// server that has to be asked may not answer just now, and after a kick or a ban of its last user nothing else comes that this server would learn of it by.
/// </summary>
sealed class PostponedEvents(TimeProvider time)
{
    // Any peer can send events whose predecessors nobody has.
    const int MaxInRoom = 100;

    const int MaxAttempts = 7;

    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<RoomId, Dictionary<EventId, Postponed>> _rooms = new();

    /// <summary>How many events of a room are postponed.</summary>
    public int Count(RoomId roomId)
    {
        if (!_rooms.TryGetValue(roomId, out var events))
            return 0;

        lock (events)
            return events.Count;
    }

    /// <summary>Whether it is not yet time to try an event again.</summary>
    public bool IsWaiting(RoomId roomId, EventId eventId)
    {
        if (!_rooms.TryGetValue(roomId, out var events))
            return false;

        lock (events)
            return events.TryGetValue(eventId, out var postponed) && time.GetElapsedTime(postponed.Since) < postponed.Pause;
    }

    /// <summary>Postpones an event once more: for how long; null when it is to be given up.</summary>
    public TimeSpan? Postpone(RoomId roomId, EventId eventId)
    {
        var events = _rooms.GetOrAdd(roomId, static _ => []);
        lock (events)
        {
            var attempts = events.TryGetValue(eventId, out var before) ? before.Attempts + 1 : 1;
            if (attempts > MaxAttempts || (attempts == 1 && events.Count >= MaxInRoom))
                return null;

            var pause = FirstPause * Math.Pow(2, attempts - 1);
            events[eventId] = new Postponed(attempts, time.GetTimestamp(), pause);
            return pause;
        }
    }

    /// <summary>Forgets events that left the log.</summary>
    public void Forget(RoomId roomId, IEnumerable<EventId> eventIds)
    {
        if (!_rooms.TryGetValue(roomId, out var events))
            return;

        lock (events)
        {
            foreach (var eventId in eventIds)
                events.Remove(eventId);
            if (events.Count == 0)
                _rooms.TryRemove(KeyValuePair.Create(roomId, events));
        }
    }

    readonly record struct Postponed(int Attempts, long Since, TimeSpan Pause);
}
