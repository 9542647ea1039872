using Hybrid.Native.State;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.State;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Rooms.State;

/// <summary>
/// Deletes the nodes that no state map leads to any more, in two steps a day apart: first they are set apart, and what turns out to be
/// needed is taken back; only what nothing has led to in two walks is deleted. Appends go on meanwhile: they take back what they need in
/// their own commit. A room whose maps cannot be followed loses nothing.
/// </summary>
public sealed class StateCollector(IStateStore store, IRoomStore rooms, TimeProvider time, ILogger<StateCollector> logger) : BackgroundService
{
    /// <summary>How long a node is set apart before it may be deleted.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromDays(1);

    static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // Bounds how long others wait for the writer.
    const int BatchSize = 500;

    readonly StateWalk _walk = new(store);

    /// <summary>Sets apart what is of no use in the room, and deletes what has been set apart long enough.</summary>
    /// <exception cref="StateDamageException">A map cannot be followed; nothing was changed.</exception>
    public async ValueTask<StateCollection> CollectAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        if (await rooms.LoadAsync(roomId, cancellationToken) is not { StateRoot: not null, Room.Number: var room })
            return default;

        var now = time.GetUtcNow();
        var reach = await _walk.FollowAsync(roomId, room, cancellationToken);
        var apart = 0;
        for (StateNodeHash? after = null; ;)
        {
            var page = await store.ReadNodeListAsync(room, after, BatchSize, cancellationToken);
            if (page.Count == 0)
                break;

            StateNodeHash[] useless = [.. page.Where(node => !node.IsQuarantined && !reach.Nodes.Contains(node.Hash)).Select(static node => node.Hash)];
            StateNodeHash[] useful = [.. page.Where(node => node.IsQuarantined && reach.Nodes.Contains(node.Hash)).Select(static node => node.Hash)];
            if (useless.Length + useful.Length > 0)
                await store.QuarantineAsync(room, useless, useful, now.ToUnixTimeMilliseconds(), cancellationToken);
            apart += useless.Length;
            after = page[^1].Hash;
        }

        var deleted = 0;
        var before = (now - Quarantine).ToUnixTimeMilliseconds();
        for (var count = BatchSize; count == BatchSize;)
        {
            count = await store.DeleteQuarantinedAsync(room, before, BatchSize, cancellationToken);
            deleted += count;
        }

        return new StateCollection(apart, deleted);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var roomId in await store.ReadRoomsInQuarantineAsync((time.GetUtcNow() - Quarantine).ToUnixTimeMilliseconds(), stoppingToken))
                    await CollectAsync(roomId, stoppingToken);
            }
#pragma warning disable CA1031 // The next hour tries again; a damaged map must not end the server.
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                logger.LogError(exception, "Collecting the nodes of state maps failed; nothing was lost. hybrid fsck says more");
            }
        }
    }
}

/// <summary>How many nodes were set apart, and how many deleted.</summary>
public readonly record struct StateCollection(int SetApart, int Deleted);
