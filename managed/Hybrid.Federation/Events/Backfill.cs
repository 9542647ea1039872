using System.Collections.Concurrent;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Receiving;
using Hybrid.Rooms.Timeline;
using Hybrid.Storage.Rooms;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Events;

/// <summary>Fetches history from other servers in the room, backwards from where it ends here (server-server API, "Backfilling").</summary>
public sealed class Backfill(
    RoomRegistry rooms, RemoteEvents remote, Ancestry ancestry, IRoomStore store, IDestinationHealth health, ServerIdentity identity, TimeProvider time,
    ILogger<Backfill> logger, Random? random = null) : IRoomHistory
{
    const int Limit = 100;
    const int MaxGaps = 20;
    const int MaxServers = 5;

    // Where nobody has more, nobody is asked for it again at once.
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<RoomId, Task<bool>> _underWay = new();
    readonly ConcurrentDictionary<RoomId, DateTimeOffset> _nothing = new();

    public async ValueTask<bool> FetchAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        if (_nothing.TryGetValue(roomId, out var since))
        {
            if (time.GetUtcNow() - since < Pause)
                return false;
            _nothing.TryRemove(roomId, out _);
        }

        // Who asks meanwhile waits for the same answer.
        var fetching = _underWay.GetOrAdd(roomId, static (id, self) => self.RunAsync(id), this);
        return await fetching.WaitAsync(cancellationToken);
    }

    async Task<bool> RunAsync(RoomId roomId)
    {
        await Task.Yield();
        try
        {
            var fetched = await FetchNowAsync(roomId);
            if (fetched == false)
                _nothing[roomId] = time.GetUtcNow();
            return fetched == true;
        }
        finally
        {
            _underWay.TryRemove(roomId, out _);
        }
    }

    // Null where a server that may have more is away: it is asked as soon as it is back.
    async ValueTask<bool?> FetchNowAsync(RoomId roomId)
    {
        if (await rooms.FindAsync(roomId, CancellationToken.None) is not { } room || !room.Current.HasMemberOf(identity.Name))
            return false;
        // The state before history is found through the state before the join.
        if (await room.AwaitWholeStateAsync(CancellationToken.None) is not null)
            return false;
        if (await store.ReadGapsAsync(roomId, CancellationToken.None) is not { Count: > 0 } gaps)
            return false;

        // Others every time: what is missing may be with one alone.
        ServerName[] servers = [.. room.Current.Servers.Where(server => server != identity.Name).OrderBy(static server => server.Value, StringComparer.Ordinal)];
        (random ?? Random.Shared).Shuffle(servers);
        var isAway = false;
        foreach (var server in servers.Take(MaxServers))
        {
            var found = await remote.BackfillAsync(
                server, new RemoteRoom(roomId, room.Current.Version), [.. gaps.Take(MaxGaps)], Limit, CancellationToken.None);
            if (found.Count == 0)
            {
                isAway |= await health.FindAsync(server, CancellationToken.None) is not null;
                continue;
            }

            var complete = await ancestry.CompleteAsync(server, room.Current, found, CancellationToken.None);
            if ((await room.ReceiveAsync(complete, afresh: false, CancellationToken.None)).TryGet(out var receipts, out _) && HasHistory(complete, receipts))
                return true;
        }

        logger.LogInformation("No server has history of {Room} that is missing here", roomId);
        return isAway ? null : false;
    }

    static bool HasHistory(IReadOnlyList<IncomingEvent> events, Receipt[] receipts)
    {
        for (var index = 0; index < events.Count; index++)
        {
            if (events[index].Kind == IncomingKind.History && receipts[index].Outcome == ReceiptOutcome.Accepted)
                return true;
        }

        return false;
    }
}
