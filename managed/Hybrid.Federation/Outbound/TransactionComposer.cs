using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Outbound;

/// <summary>Puts together what goes to a server next.</summary>
sealed class TransactionComposer
{
    /// <summary>How many events a transaction has at most (specification, "Transactions").</summary>
    public const int MaxEvents = 50;

    /// <summary>How many EDUs a transaction has at most.</summary>
    public const int MaxEdus = 100;

    /// <summary>How many events and EDUs a transaction has at most.</summary>
    public const int MaxSize = MaxEvents + MaxEdus;

    // Whoever sends to-device messages without end holds up events only so far.
    const int MaxWithoutEvents = 5;

    // What waited for longer is read again: it may be redacted by now.
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    // For so long the time in a transaction is near enough for another server.
    static readonly TimeSpan Shared = TimeSpan.FromSeconds(1);

    readonly IEduSource[] _sources;
    readonly CatchUp _catchUp;
    readonly IRoomStore _log;
    readonly ServerName _origin;
    readonly TimeProvider _time;
    OutboundTransaction? _latest;

    public TransactionComposer(IEnumerable<IEduSource> sources, CatchUp catchUp, IRoomStore log, ServerIdentity identity, TimeProvider time)
    {
        _sources = [.. sources.OrderBy(static source => source.Urgency)];
        _catchUp = catchUp;
        _log = log;
        _origin = identity.Name;
        _time = time;
    }

    /// <summary>The sources of EDUs, the most urgent first; a <see cref="Destination"/> knows them by their place here.</summary>
    public IReadOnlyList<IEduSource> Sources => _sources;

    /// <summary>This server.</summary>
    public ServerName Origin => _origin;

    /// <summary>The next transaction; null when nothing waits.</summary>
    public async ValueTask<OutboundTransaction?> ComposeAsync(Destination destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            var edus = await ReadEdusAsync(destination, cancellationToken);
            var events = new List<StoredEvent>();
            var rooms = new Dictionary<RoomId, long>();
            if (!WaitsForToDevice(destination, edus))
            {
                var limit = destination.Limit is { } size ? Math.Min(MaxEvents, size - edus.Sum(static source => source.Batch.Edus.Count)) : MaxEvents;
                await ReadMissedAsync(destination, limit, events, rooms, cancellationToken);
                await ReadPendingAsync(destination, limit, events, rooms, cancellationToken);
            }

            if (events.Count > 0 || edus.Count > 0)
                return Make(events, edus, rooms);
            if (rooms.Count == 0)
                return null;

            // Rooms that are none of its business any more: that is settled without it.
            destination.Acknowledge(rooms);
        }
    }

    /// <summary>What was read from the sources, and not taken by the server, is read again where it is durable, and forgotten where it is not.</summary>
    public void GiveUp(Destination destination, OutboundTransaction? transaction)
    {
        for (var source = 0; source < _sources.Length; source++)
        {
            if (!_sources[source].IsDurable)
            {
                destination.TakeEdus(source);
                _sources[source].GiveUp(destination.Name);
            }
            else if (transaction is not null && transaction.Edus.Any(edus => edus.Source == _sources[source]))
            {
                destination.TryAddEdus(source);
            }
        }
    }

    /// <summary>A transaction that was not taken is composed anew, in the order in which all waited.</summary>
    public void PutBack(Destination destination, OutboundTransaction transaction)
    {
        destination.PutBack();
        for (var source = 0; source < _sources.Length; source++)
        {
            if (transaction.Edus.Any(edus => edus.Source == _sources[source]))
                destination.TryAddEdus(source);
        }
    }

    // An event for a thousand servers becomes one transaction, as long as nothing else goes with it.
    OutboundTransaction Make(List<StoredEvent> events, List<SourcedEdus> edus, Dictionary<RoomId, long> rooms)
    {
        var now = _time.GetUtcNow();
        if (edus.Count > 0)
            return OutboundTransaction.Make(_origin, events, edus, rooms, now);
        if (Volatile.Read(ref _latest) is { } latest && now - latest.Begun < Shared && latest.Events.SequenceEqual(events, ReferenceEqualityComparer.Instance))
            return latest.For(rooms);

        var made = OutboundTransaction.Make(_origin, events, edus, rooms, now);
        Volatile.Write(ref _latest, made);
        return made;
    }

    static bool WaitsForToDevice(Destination destination, List<SourcedEdus> edus)
    {
        var waits = edus is [{ Source.Urgency: EduUrgency.ToDevice, Batch.Edus.Count: >= MaxEdus }] && destination.WithoutEvents < MaxWithoutEvents;
        destination.WithoutEvents = waits ? destination.WithoutEvents + 1 : 0;
        return waits;
    }

    async ValueTask<List<SourcedEdus>> ReadEdusAsync(Destination destination, CancellationToken cancellationToken)
    {
        var read = new List<SourcedEdus>();

        // Of little some is left for events.
        var left = destination.Limit is { } size ? Math.Min(MaxEdus, ((size * 2) + 2) / 3) : MaxEdus;
        for (var source = 0; source < _sources.Length && left > 0; source++)
        {
            // Taken before reading: what comes meanwhile is noted anew.
            if (!destination.TakeEdus(source))
                continue;

            EduBatch batch;
            try
            {
                batch = await _sources[source].ReadAsync(destination.Name, left, cancellationToken);
            }
            catch
            {
                destination.TryAddEdus(source);
                throw;
            }

            if (batch.Edus.Count >= left)
                destination.TryAddEdus(source);
            if (batch.Edus.Count == 0)
                continue;

            read.Add(new SourcedEdus(_sources[source], batch));
            left -= batch.Edus.Count;
        }

        return read;
    }

    async ValueTask ReadMissedAsync(
        Destination destination, int limit, List<StoredEvent> events, Dictionary<RoomId, long> rooms, CancellationToken cancellationToken)
    {
        foreach (var (roomId, from, latest) in destination.ReadBehind(MaxEvents))
        {
            if (events.Count >= limit)
                return;

            var missed = await _catchUp.FindAsync(destination.Name, roomId, from, latest, cancellationToken);
            if (latest == OwedEvents.UnknownLatest)
                destination.SetLatest(roomId, missed.UpTo);
            if (events.Count > 0 && events.Count + missed.Events.Count > limit)
                return;

            events.AddRange(missed.Events.Take(limit));
            rooms[roomId] = missed.Events.Count > limit ? events[^1].Position : missed.UpTo;
        }
    }

    async ValueTask ReadPendingAsync(
        Destination destination, int limit, List<StoredEvent> events, Dictionary<RoomId, long> rooms, CancellationToken cancellationToken)
    {
        var taken = destination.TakePending(limit - events.Count);
        await RenewAsync(taken, cancellationToken);
        foreach (var outgoing in taken)
        {
            if (outgoing.Current is { } stored)
                events.Add(stored);
            rooms[outgoing.RoomId] = outgoing.Position;
        }
    }

    async ValueTask RenewAsync(IReadOnlyList<OutgoingEvent> taken, CancellationToken cancellationToken)
    {
        var now = _time.GetTimestamp();
        var old = taken.Where(outgoing => _time.GetElapsedTime(outgoing.ReadAt, now) > Fresh).ToList();
        if (old.Count == 0)
            return;

        var stored = (await _log.FindEventsAsync([.. old.Select(static outgoing => outgoing.EventId)], cancellationToken))
            .ToDictionary(static found => found.EventId);
        foreach (var outgoing in old)
            outgoing.Renew(stored.GetValueOrDefault(outgoing.EventId), now);
    }
}
