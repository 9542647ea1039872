using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.Sync.Timelines;

/// <summary>
/// Which member events sessions that lazy-load were sent, so that they are not sent again (specification, "Lazy-loading room
/// members"). An answer counts as received once the session comes back with its token or a later one: what was lost on the way
/// is sent again. Bounded, and in memory only: forgetting costs a redundant event.
/// </summary>
sealed class LazyMemberMemory
{
    const int MaxSessions = 10_000;
    const int MaxMembersPerSession = 20_000;

    readonly ConcurrentDictionary<(UserId, DeviceId), Session> _sessions = new();

    /// <summary>Whether the session has this very event.</summary>
    public bool Knows(SyncTurn turn, StoredEvent member)
    {
        if (turn.IsInitial || turn.Request.DeviceId is not { } device || !_sessions.TryGetValue((turn.UserId, device), out var session))
            return false;

        lock (session)
            return session.Sent.TryGetValue((member.RoomId, member.StateKey!), out var sent) && sent.Event == member.EventId && sent.Batch <= turn.After.Events;
    }

    /// <summary>The session is sent these member events with this turn.</summary>
    public void Remember(SyncTurn turn, IEnumerable<StoredEvent> members)
    {
        if (turn.Request.DeviceId is not { } device)
            return;
        if (_sessions.Count >= MaxSessions)
            _sessions.Clear();

        var session = _sessions.GetOrAdd((turn.UserId, device), static _ => new Session());
        lock (session)
        {
            foreach (var member in members)
                session.Sent[(member.RoomId, member.StateKey!)] = (member.EventId, turn.UpTo.Events);
            if (session.Sent.Count > MaxMembersPerSession)
                session.Sent.Clear();
        }
    }

    /// <summary>The session starts anew and has nothing.</summary>
    public void Forget(UserId userId, DeviceId? deviceId)
    {
        if (deviceId is { } device)
            _sessions.TryRemove((userId, device), out _);
    }

    sealed class Session
    {
        public Dictionary<(RoomId Room, string Member), (EventId Event, long Batch)> Sent { get; } = [];
    }
}
