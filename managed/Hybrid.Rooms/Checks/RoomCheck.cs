using Hybrid.Native;
using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.State;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.State;

namespace Hybrid.Rooms.Checks;

/// <summary>
/// Whether what is stored of a room is whole: each event is the one that its ID is the hash of, each state map leads to nodes that are what
/// their hashes say, they name events of the room, and the map of current state says what the history of current state says.
/// </summary>
public sealed class RoomCheck(IRoomStore rooms, IStateStore states)
{
    const int PageSize = 1000;

    readonly StateWalk _walk = new(states);

    /// <summary>Looks at everything in the room; null for one that is gone.</summary>
    public async ValueTask<RoomFindings?> CheckAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        if (await rooms.LoadAsync(roomId, cancellationToken) is not { } room)
            return null;

        var findings = new RoomFindings();
        if (room.StateRoot is { } root)
        {
            try
            {
                // The maps first: events that come while they are followed only add to what is found afterwards.
                var reach = await _walk.FollowAsync(roomId, room.Room.Number, cancellationToken);
                (findings.Maps, findings.Nodes) = (reach.Maps, reach.Nodes.Count);
                await CheckCurrentAsync(room, root, findings, cancellationToken);
                var numbers = await CheckEventsAsync(room, findings, cancellationToken);
                await CheckAsideAsync(room, [.. reach.Events.Select(static number => (long)number).Where(number => !numbers.Contains(number))], findings, cancellationToken);
            }
            catch (StateDamageException exception)
            {
                findings.Problems.Add(exception.Message);
            }
        }
        else
            await CheckEventsAsync(room, findings, cancellationToken);

        return findings;
    }

    async ValueTask<HashSet<long>> CheckEventsAsync(RoomState room, RoomFindings findings, CancellationToken cancellationToken)
    {
        var numbers = new HashSet<long>();
        for (long? from = TimelineQuery.Beginning; from is { } after;)
        {
            var page = await rooms.ReadTimelineAsync(new TimelineQuery(room.Room.RoomId, after, null, Backwards: false, PageSize), cancellationToken);
            foreach (var stored in page.Events)
            {
                numbers.Add(stored.Number);
                findings.Events++;
                if (Complaint(room.Room.Version, stored) is { } complaint)
                    findings.Problems.Add($"{room.Room.RoomId}: {stored.EventId}: {complaint}");
            }

            from = page.Next;
        }

        return numbers;
    }

    // State that came with a join is in no timeline.
    async ValueTask CheckAsideAsync(RoomState room, long[] numbers, RoomFindings findings, CancellationToken cancellationToken)
    {
        var roomId = room.Room.RoomId;
        foreach (var page in numbers.Chunk(PageSize))
        {
            var found = (await rooms.FindByNumberAsync(page, cancellationToken)).Where(stored => stored.RoomId == roomId).ToDictionary(static stored => stored.Number);
            foreach (var number in page)
            {
                if (!found.TryGetValue(number, out var stored))
                    findings.Problems.Add($"{roomId}: a state map names the event {number}, which the room does not have");
                else if (Complaint(room.Room.Version, stored) is { } complaint)
                    findings.Problems.Add($"{roomId}: {stored.EventId}: {complaint}");
            }

            findings.Events += found.Count;
        }
    }

    // An ID is the hash of the redacted form, so that of a redacted event it says as much.
    static string? Complaint(string version, StoredEvent stored)
    {
        // What an invitation shows of a room stands in for events that were never seen.
        if (stored.IsOutlier && stored.OriginServerTs == 0 && GraphLinks.Read(stored.Json.Span) is { AuthEvents.Count: 0, PrevEvents.Count: 0 })
            return null;

        try
        {
            if (EventCodec.EventId(version, stored.Json.Span) != stored.EventId.Value)
                return "its bytes are not what its ID says";
            return EventCodec.ContentHashMatches(version, stored.Json.Span) || IsRedacted(version, stored) ? null : "its content is not what its hash says";
        }
        catch (NativeException exception)
        {
            return $"its bytes are no event: {exception.Message}";
        }
    }

    // Other servers may send what they have redacted before they send what redacts it.
    static bool IsRedacted(string version, StoredEvent stored) =>
        stored.RedactedBy is not null || EventCodec.Redact(version, stored.Json.Span).AsSpan().SequenceEqual(stored.Json.Span);

    async ValueTask CheckCurrentAsync(RoomState room, StateNodeHash root, RoomFindings findings, CancellationToken cancellationToken)
    {
        using var nodes = new StateNodeCache(0x2000);
        var mapped = (await nodes.EntriesAsync(root, null, new Source(states, room.Room.Number), cancellationToken)).Select(static entry => (long)entry.Event).ToHashSet();
        if (!mapped.SetEquals(room.State.Select(static stored => stored.Number)))
            findings.Problems.Add($"{room.Room.RoomId}: the map of current state is not what the history of current state says");
    }

    sealed class Source(IStateStore store, long room) : IStateNodeSource
    {
        public ValueTask<IReadOnlyList<StateNode>> ReadAsync(IReadOnlyList<StateNodeHash> hashes, CancellationToken cancellationToken) =>
            store.ReadNodesAsync(room, hashes, cancellationToken);
    }
}

/// <summary>What was looked at in a room, and what is wrong.</summary>
public sealed class RoomFindings
{
    public long Events { get; set; }

    public long Maps { get; set; }

    public long Nodes { get; set; }

    /// <summary>A line each.</summary>
    public IList<string> Problems { get; } = [];
}
