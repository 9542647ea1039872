using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;

namespace Hybrid.Federation.Reading;

/// <summary>Walks from events of a room to those before them (server-server API, "Backfilling and retrieving missing events").</summary>
public sealed class GraphReads(IRoomStore store)
{
    /// <summary>The most events of one backfill.</summary>
    public const int MaxBackfill = 100;

    /// <summary>The most events that are missing at a time.</summary>
    public const int MaxMissing = 20;

    /// <summary>How many events a walk may start from, or not go beyond.</summary>
    public const int MaxStarts = 100;

    /// <summary>The events that are given and those before them, the deepest first.</summary>
    public async ValueTask<IReadOnlyList<StoredEvent>> BackfillAsync(
        RoomSnapshot room, IReadOnlyCollection<EventId> from, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Min(limit, MaxBackfill);
        var known = new Dictionary<EventId, StoredEvent>();
        await LearnAsync(room, known, from, cancellationToken);
        if (known.Count == 0)
            return [];

        // Most of what comes before is what stands before in the timeline: one reading, in place of one for each step.
        var page = new TimelineQuery(room.RoomId, known.Values.Max(static stored => stored.Position) + 1, null, Backwards: true, limit);
        var walk = new PriorityQueue<StoredEvent, (long, long)>(known.Values.Select(static stored => (stored, Priority(stored))));
        foreach (var stored in (await store.ReadTimelineAsync(page, cancellationToken)).Events)
            known.TryAdd(stored.EventId, stored);

        var taken = new HashSet<EventId>();
        var found = new List<StoredEvent>();
        while (found.Count < limit && walk.TryDequeue(out var next, out _))
        {
            if (!taken.Add(next.EventId))
                continue;

            found.Add(next);
            var before = GraphLinks.Read(next.Json.Span).PrevEvents;
            await LearnAsync(room, known, before, cancellationToken);
            foreach (var id in before)
            {
                if (!taken.Contains(id) && known.TryGetValue(id, out var stored))
                    walk.Enqueue(stored, Priority(stored));
            }
        }

        found.Sort(static (left, right) => Priority(left).CompareTo(Priority(right)));
        return found;
    }

    /// <summary>The events before <paramref name="latest"/>, without these and without what is at or before <paramref name="earliest"/>, the oldest first.</summary>
    public async ValueTask<IReadOnlyList<StoredEvent>> MissingAsync(
        RoomSnapshot room, IReadOnlyCollection<EventId> earliest, IReadOnlyCollection<EventId> latest, long minDepth, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Min(limit, MaxMissing);
        HashSet<EventId> seen = [.. earliest, .. latest];
        var found = new List<StoredEvent>();
        var layer = await FindAsync(room, latest.Except(earliest), cancellationToken);
        while (layer.Count > 0 && found.Count < limit)
        {
            var wanted = layer.SelectMany(static stored => GraphLinks.Read(stored.Json.Span).PrevEvents).Where(seen.Add).ToList();
            layer = [.. (await FindAsync(room, wanted, cancellationToken)).Where(stored => stored.Depth >= minDepth).OrderBy(Priority)];
            found.AddRange(layer.Take(limit - found.Count));
        }

        found.Sort(static (left, right) => Priority(right).CompareTo(Priority(left)));
        return found;
    }

    async ValueTask LearnAsync(RoomSnapshot room, Dictionary<EventId, StoredEvent> known, IEnumerable<EventId> wanted, CancellationToken cancellationToken)
    {
        foreach (var stored in await FindAsync(room, wanted.Where(id => !known.ContainsKey(id)), cancellationToken))
            known[stored.EventId] = stored;
    }

    // An event can name any other as its predecessor; only those of the room are the asker's business.
    async ValueTask<IReadOnlyList<StoredEvent>> FindAsync(RoomSnapshot room, IEnumerable<EventId> wanted, CancellationToken cancellationToken)
    {
        EventId[] ids = [.. wanted.Distinct()];
        return ids.Length == 0
            ? []
            : [.. (await store.FindKnownAsync(ids, cancellationToken)).Where(stored => stored.RoomId == room.RoomId && stored is { IsOutlier: false, Standing: not EventStanding.Rejected })];
    }

    // The deepest first; of those of one depth, the one that came last.
    static (long, long) Priority(StoredEvent stored) => (-stored.Depth, -stored.Position);
}
