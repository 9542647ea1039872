using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.Rooms;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Rooms.Maintenance;

/// <summary>How long messages are kept.</summary>
public sealed record RetentionOptions
{
    /// <summary>The longest that any room keeps them; null: nothing is purged by age, whatever rooms wish.</summary>
    public TimeSpan? MaxLifetime { get; init; }
}

/// <summary>
/// Starts purges of what has outlived its room's <c>m.room.retention</c> (MSC1763) or the server's maximum, whichever is shorter. Looks
/// once an hour.
/// </summary>
public sealed class Retention(
    RetentionOptions options, IRoomStore rooms, IRoomRemovalStore removals, IJobStore store, RoomJobs jobs, TimeProvider time,
    ILogger<Retention> logger) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    // An event that claims to come from the future must not keep all that is before it: its sender's clock is wrong.
    static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    /// <summary>Looks at every room once.</summary>
    public async ValueTask ApplyAsync(CancellationToken cancellationToken)
    {
        if (options.MaxLifetime is not { } maximum)
            return;

        await foreach (var roomId in rooms.ReadAllRoomIdsAsync(cancellationToken))
            await ApplyAsync(roomId, maximum, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.MaxLifetime is null)
            return;

        try
        {
            using var timer = new PeriodicTimer(Interval, time);
            do
            {
                try
                {
                    await ApplyAsync(stoppingToken);
                }
#pragma warning disable CA1031 // The next round may find the store well again.
                catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
                {
                    logger.LogWarning(exception, "Old messages could not be looked for; the next try is in {Interval}", Interval);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The purges that it started go on by themselves.
        }
    }

    /// <summary>What the room wishes; null when it wishes nothing that makes sense.</summary>
    internal static TimeSpan? LifetimeIn(StoredEvent? retention)
    {
        if (retention is null)
            return null;

        using var content = JsonDocument.Parse(retention.Content());
        return content.RootElement.TryGetProperty("max_lifetime", out var lifetime) && lifetime.ValueKind == JsonValueKind.Number
            && lifetime.TryGetInt64(out var milliseconds) && milliseconds > 0 && milliseconds < TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
    }

    async ValueTask ApplyAsync(RoomId roomId, TimeSpan maximum, CancellationToken cancellationToken)
    {
        var wish = LifetimeIn(await rooms.ReadStateEntryAtAsync(roomId, "m.room.retention", "", long.MaxValue, cancellationToken));
        var lifetime = wish < maximum ? wish.Value : maximum;
        var now = time.GetUtcNow();
        var oldest = (now - lifetime).ToUnixTimeMilliseconds();
        var before = await removals.FindPositionAtAsync(roomId, oldest, (now + ClockTolerance).ToUnixTimeMilliseconds(), cancellationToken) ?? long.MaxValue;
        if (!await removals.HasMessagesAsync(roomId, before, cancellationToken)
            || (await store.ReadByRoomAsync(roomId, HistoryPurges.JobKind, cancellationToken)).Any(static job => !job.IsFinished))
        {
            return;
        }

        await jobs.ScheduleAsync(HistoryPurges.JobKind, roomId, HistoryPurges.Arguments(before, keepLocal: false), cancellationToken);
    }
}
