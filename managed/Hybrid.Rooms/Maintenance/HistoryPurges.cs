using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.State;
using Hybrid.Storage.Jobs;
using Hybrid.Storage.Rooms;
using Microsoft.Extensions.Logging;

namespace Hybrid.Rooms.Maintenance;

/// <summary>Takes old history out of rooms. What the room needs stays, see <see cref="IRoomRemovalStore.PurgeAsync"/>.</summary>
public sealed partial class HistoryPurges(
    RoomRegistry rooms, IRoomRemovalStore store, StateCollector collector, ServerIdentity identity, IEnumerable<IRoomRemovalObserver> observers,
    ILogger<HistoryPurges> logger) : IJobWorker
{
    /// <summary>The kind of these jobs.</summary>
    public const string JobKind = "purge_history";

    // One write of the store: a few milliseconds.
    const int StepSize = 200;

    public string Kind => JobKind;

    /// <summary>What a job has to be told.</summary>
    /// <param name="before">Events with a smaller position go.</param>
    /// <param name="keepLocal">Keeps what this server's users said, and all state.</param>
    public static string Arguments(long before, bool keepLocal) =>
        JsonSerializer.Serialize(new PurgeArguments(before, keepLocal), MaintenanceJson.Default.PurgeArguments);

    public async ValueTask<Job> StepAsync(Job job, CancellationToken cancellationToken)
    {
        var arguments = JsonSerializer.Deserialize(job.Arguments, MaintenanceJson.Default.PurgeArguments)!;
        var checkpoint = job.Checkpoint is { } json ? JsonSerializer.Deserialize(json, MaintenanceJson.Default.PurgeCheckpoint) : null;
        var roomId = job.RoomId!.Value;
        // Opened even though the store does the work: a room that is being opened elsewhere may have read what goes now.
        if (await rooms.FindAsync(roomId, cancellationToken) is not { } room)
            return job with { Status = JobStatus.Failed, Error = "This server does not know the room, or no longer." };

        var total = job.Total ?? await store.CountEventsAsync(roomId, arguments.Before, cancellationToken);
        var purge = new HistoryPurge(roomId, arguments.Before) { From = checkpoint?.From, Keeping = arguments.KeepLocal ? identity.Name : null };
        var step = await store.PurgeAsync(purge, StepSize, cancellationToken);
        if (step.Purged.Count > 0)
        {
            await room.ForgetAsync(step.Purged.ToHashSet());
            foreach (var observer in observers)
                await observer.PurgedAsync(roomId, step.Purged);
        }

        if (step.Next is null)
            await SetStateApartAsync(roomId, cancellationToken);
        return job with
        {
            Status = step.Next is null ? JobStatus.Complete : JobStatus.Active,
            // What a kill kept from being counted, and what the room needs, is done with too in the end.
            Progress = step.Next is null ? total : job.Progress + step.Examined,
            Total = total,
            Checkpoint = step.Next is { } from ? JsonSerializer.Serialize(new PurgeCheckpoint(from), MaintenanceJson.Default.PurgeCheckpoint) : job.Checkpoint,
        };
    }

    // The maps of the events that are gone lead to nodes that nothing else may lead to. That a map is damaged is no reason to keep messages.
    async ValueTask SetStateApartAsync(RoomId roomId, CancellationToken cancellationToken)
    {
        try
        {
            await collector.CollectAsync(roomId, cancellationToken);
        }
        catch (StateDamageException exception)
        {
            LogDamage(exception, roomId.Value);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The state nodes of {Room} cannot be collected. hybrid fsck says more")]
    partial void LogDamage(Exception exception, string room);
}
