using Hybrid.Primitives;
using Hybrid.Storage.Federation;

namespace Hybrid.Federation.Outbound;

/// <summary>
/// A server for which something waits. There is none for a server that has everything. While it works, events wait in memory, in order; when it
/// fails, or is too slow for that, what is left of them is in which rooms it is behind.
/// </summary>
sealed class Destination(ServerName name)
{
    // Ten transactions. The events are shared by all that wait for them.
    const int MaxPending = 500;

    /// <summary>Up to where refusals are counted: pauses are as long as they may be long before.</summary>
    public const int MaxCounted = 16;

    readonly Lock _lock = new();
    readonly Queue<OutgoingEvent> _pending = new();
    readonly Dictionary<RoomId, OwedEvents> _rooms = [];
    List<OutgoingEvent> _underWay = [];
    uint _eduSources;
    bool _isFailing;
    bool _isRunning;
    bool _isSignaled;
    bool _isForgiven;
    bool _isClosed;

    public ServerName Name { get; } = name;

    /// <summary>A transaction whose outcome is unknown. Touched by the one worker alone.</summary>
    public OutboundTransaction? Unresolved { get; set; }

    /// <summary>How many transactions it refused one after the other. Touched by the one worker alone.</summary>
    public int Refusals { get; set; }

    /// <summary>How many events and EDUs a transaction has at most since it refused a larger one; null before. Touched by the one worker alone.</summary>
    public int? Limit { get; set; }

    /// <summary>How many events and EDUs in a row it refused and was not sent again. Touched by the one worker alone.</summary>
    public int PassedOver { get; set; }

    /// <summary>How many transactions went without events because to-device messages filled them. Touched by the one worker alone.</summary>
    public int WithoutEvents { get; set; }

    /// <summary>When it may be tried again.</summary>
    public DateTimeOffset NotBefore { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>Adds an event that it is to get; false when the destination is at rest already and another must take its place.</summary>
    public bool TryAdd(OutgoingEvent added)
    {
        lock (_lock)
        {
            if (_isClosed)
                return false;

            if (_isFailing || (_rooms.TryGetValue(added.RoomId, out var owed) && owed.IsBehind))
                Owe(added.RoomId, added.Position);
            else if (_pending.Count < MaxPending)
                _pending.Enqueue(added);
            else
                FallBehind(added);
            return true;
        }
    }

    /// <summary>Notes that a source has EDUs for it; false as for <see cref="TryAdd"/>.</summary>
    public bool TryAddEdus(int source)
    {
        lock (_lock)
        {
            if (_isClosed)
                return false;

            _eduSources |= 1u << source;
            return true;
        }
    }

    /// <summary>Takes over what the store says is owed; false as for <see cref="TryAdd"/>.</summary>
    public bool TryRestore(OwedRoom stored)
    {
        lock (_lock)
        {
            if (_isClosed)
                return false;

            if (!_rooms.TryGetValue(stored.RoomId, out var owed))
                _rooms.Add(stored.RoomId, owed = new OwedEvents(stored.From, OwedEvents.UnknownLatest));
            owed.From = Math.Min(owed.From, stored.From);
            owed.IsBehind = owed.IsStored = true;
            return true;
        }
    }

    /// <summary>Whether it did not take what it was sent last.</summary>
    public bool IsFailing
    {
        get
        {
            lock (_lock)
                return _isFailing;
        }
    }

    /// <summary>Whether a worker is to begin. One that is running looks again before it rests.</summary>
    public bool TryStart(DateTimeOffset now)
    {
        lock (_lock)
        {
            _isSignaled = true;
            if (_isRunning || _isClosed || now < NotBefore)
                return false;

            return _isRunning = true;
        }
    }

    /// <summary>It made itself heard: it is tried at once.</summary>
    public void Forgive()
    {
        lock (_lock)
        {
            NotBefore = DateTimeOffset.MinValue;
            _isForgiven = true;
        }
    }

    /// <summary>The worker begins to look for what there is.</summary>
    public void BeginLooking()
    {
        lock (_lock)
            _isSignaled = _isForgiven = false;
    }

    /// <summary>The worker found nothing: it ends, unless something has come since it began to look.</summary>
    public bool TryRest()
    {
        lock (_lock)
        {
            if (_isSignaled || _pending.Count > 0 || _eduSources != 0)
                return false;

            _isRunning = false;
            _isClosed = _rooms.Count == 0;
            return true;
        }
    }

    /// <summary>The worker ends until <paramref name="notBefore"/>; false when the server made itself heard since the worker began to look.</summary>
    public bool TryPause(DateTimeOffset notBefore)
    {
        lock (_lock)
        {
            if (_isForgiven)
                return false;

            NotBefore = notBefore;
            _isRunning = false;
            return true;
        }
    }

    /// <summary>It is not tried before then, unless it makes itself heard.</summary>
    public void Delay(DateTimeOffset notBefore)
    {
        lock (_lock)
            NotBefore = notBefore;
    }

    /// <summary>Takes the note that a source has something; whoever takes it reads the source.</summary>
    public bool TakeEdus(int source)
    {
        lock (_lock)
        {
            var has = (_eduSources & (1u << source)) != 0;
            _eduSources &= ~(1u << source);
            return has;
        }
    }

    /// <summary>Rooms in which it is behind, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<(RoomId RoomId, long From, long Latest)> ReadBehind(int limit)
    {
        lock (_lock)
        {
            return _rooms.Count == 0
                ? []
                : [.. _rooms.Where(static room => room.Value.IsBehind).Take(limit).Select(static room => (room.Key, room.Value.From, room.Value.Latest))];
        }
    }

    /// <summary>What the latest event is that it has not got of a room, once that is found out.</summary>
    public void SetLatest(RoomId roomId, long latest)
    {
        lock (_lock)
        {
            if (_rooms.TryGetValue(roomId, out var owed) && owed.Latest == OwedEvents.UnknownLatest)
                owed.Latest = latest;
        }
    }

    /// <summary>The oldest events that wait; from now on they are under way, until <see cref="Acknowledge"/> or <see cref="Fail"/>.</summary>
    public IReadOnlyList<OutgoingEvent> TakePending(int limit)
    {
        lock (_lock)
        {
            var taken = new List<OutgoingEvent>(Math.Min(limit, _pending.Count));
            while (taken.Count < limit && _pending.TryDequeue(out var next))
                taken.Add(next);
            _underWay = taken;
            return taken;
        }
    }

    /// <summary>What is under way is to be sent again, before all that waits.</summary>
    public void PutBack()
    {
        lock (_lock)
        {
            OutgoingEvent[] all = [.. _underWay, .. _pending];
            _underWay = [];
            _pending.Clear();
            foreach (var outgoing in all)
            {
                if (_rooms.TryGetValue(outgoing.RoomId, out var owed) && owed.IsBehind)
                    Owe(outgoing.RoomId, outgoing.Position);
                else
                    _pending.Enqueue(outgoing);
            }
        }
    }

    /// <summary>It has everything of these rooms up to these positions.</summary>
    public void Acknowledge(IReadOnlyDictionary<RoomId, long> rooms)
    {
        lock (_lock)
        {
            _underWay = [];
            _isFailing = false;
            foreach (var (roomId, upTo) in rooms)
            {
                if (!_rooms.TryGetValue(roomId, out var owed) || !owed.IsBehind)
                    continue;

                owed.From = Math.Max(owed.From, upTo + 1);
                owed.IsBehind = owed.Latest > upTo;
                if (owed is { IsBehind: false, IsStored: false })
                    _rooms.Remove(roomId);
            }
        }
    }

    /// <summary>It did not take what is under way: it is behind.</summary>
    public void Fail()
    {
        lock (_lock)
        {
            FallBehind(null);
            _underWay = [];
            _isFailing = true;
        }
    }

    /// <summary>
    /// What the store is to know when the position moves: rooms in which it is behind, and, when <paramref name="all"/> or if they have been waiting since
    /// before <paramref name="before"/>, those whose events wait in memory.
    /// </summary>
    /// <returns>The position of the oldest event that only waits in memory; null when there is none.</returns>
    public long? Collect(long before, bool all, List<OwedRoom> added, List<OwedRoom> removed)
    {
        lock (_lock)
        {
            long? floor = null;
            var waiting = _underWay.Count > 0 ? _underWay[0] : _pending.TryPeek(out var first) ? first : null;
            HashSet<RoomId> needed = [];
            if (waiting is not null && (all || waiting.AddedAt < before))
            {
                foreach (var outgoing in _underWay.Concat(_pending))
                {
                    needed.Add(outgoing.RoomId);
                    if (!_rooms.TryGetValue(outgoing.RoomId, out var owed))
                        _rooms.Add(outgoing.RoomId, owed = new OwedEvents(outgoing.Position, outgoing.Position));
                    owed.Include(outgoing.Position);
                }
            }
            else
            {
                floor = waiting?.Position;
            }

            foreach (var (roomId, owed) in _rooms)
            {
                var isNeeded = owed.IsBehind || needed.Contains(roomId);
                if (isNeeded && !owed.IsStored)
                    added.Add(new OwedRoom(Name, roomId, owed.From));
                else if (!isNeeded && owed.IsStored)
                    removed.Add(new OwedRoom(Name, roomId, owed.From));
                owed.IsStored = isNeeded;
                if (!isNeeded)
                    _rooms.Remove(roomId);
            }

            return floor;
        }
    }

    /// <summary>Whether it can be forgotten: nothing waits, nothing is owed, and no worker is at it.</summary>
    public bool TryClose()
    {
        lock (_lock)
            return _isClosed = _isClosed || (!_isRunning && _pending.Count == 0 && _eduSources == 0 && _rooms.Count == 0);
    }

    void FallBehind(OutgoingEvent? last)
    {
        foreach (var outgoing in _underWay.Concat(_pending))
            Owe(outgoing.RoomId, outgoing.Position);
        if (last is not null)
            Owe(last.RoomId, last.Position);
        _pending.Clear();
    }

    void Owe(RoomId roomId, long position)
    {
        if (!_rooms.TryGetValue(roomId, out var owed))
            _rooms.Add(roomId, owed = new OwedEvents(position, position));
        owed.Include(position);
        owed.IsBehind = true;
    }
}
