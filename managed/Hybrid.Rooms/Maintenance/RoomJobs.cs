using System.Security.Cryptography;
using System.Threading.Channels;
using Hybrid.Primitives;
using Hybrid.Storage.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.Rooms.Maintenance;

/// <summary>
/// Works off jobs one at a time, in small steps, each written down. Those that a restart interrupted go on. After each step it rests for
/// as long as the step took, so that what users send has the store to itself for at least half of the time.
/// </summary>
public sealed class RoomJobs(IJobStore store, IEnumerable<IJobWorker> workers, TimeProvider time, ILogger<RoomJobs> logger) : BackgroundService
{
    const int IdLength = 16;

    // With the delays between them, an outage of the store of half a minute fails no job.
    const int MaxAttempts = 5;
    static readonly TimeSpan FirstRetryDelay = TimeSpan.FromSeconds(2);

    /// <summary>How long a finished job can be asked about.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(7);

    readonly Dictionary<string, IJobWorker> _workers = workers.ToDictionary(static worker => worker.Kind, StringComparer.Ordinal);
    readonly Channel<bool> _added = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Adds a job after all others.</summary>
    public async ValueTask<Job> ScheduleAsync(string kind, RoomId roomId, string arguments, CancellationToken cancellationToken)
    {
        // To the millisecond, as the store keeps it.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var job = new Job(RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", IdLength), kind, roomId, arguments, now);
        await store.AddAsync(job, cancellationToken);
        _added.Writer.TryWrite(true);
        return job;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (await FindNextAsync(stoppingToken) is { } job)
                    await WorkAsync(job, stoppingToken);
                else
                    await _added.Reader.ReadAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not finished goes on at the next start.
        }
    }

    async ValueTask<Job?> FindNextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await store.FindNextAsync(cancellationToken) is { } next)
                    return next;

                await store.RemoveFinishedAsync(time.GetUtcNow() - Memory, cancellationToken);
                return null;
            }
#pragma warning disable CA1031 // A store that is away comes back.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                logger.LogWarning(exception, "Jobs cannot be read; trying again in {Delay}", FirstRetryDelay);
                await Task.Delay(FirstRetryDelay, time, cancellationToken);
            }
        }
    }

    async Task WorkAsync(Job job, CancellationToken cancellationToken)
    {
        for (var failures = 0; !job.IsFinished;)
        {
            try
            {
                var started = time.GetTimestamp();
                job = await StepAsync(job, cancellationToken);
                failures = 0;
                await Task.Delay(time.GetElapsedTime(started), time, cancellationToken);
            }
#pragma warning disable CA1031 // One job that cannot be done must not keep the others from being done.
            catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
            {
                if (++failures < MaxAttempts)
                {
                    logger.LogWarning(exception, "A step of the job {Kind} {Job} failed; it is tried again", job.Kind, job.Id);
                    await Task.Delay(FirstRetryDelay * (1 << (failures - 1)), time, cancellationToken);
                    continue;
                }

                logger.LogError(exception, "The job {Kind} {Job} is given up", job.Kind, job.Id);
                await GiveUpAsync(job, exception.Message, cancellationToken);
                return;
            }
        }
    }

    async ValueTask<Job> StepAsync(Job job, CancellationToken cancellationToken)
    {
        var next = _workers.TryGetValue(job.Kind, out var worker)
            ? await worker.StepAsync(job with { Status = JobStatus.Active }, cancellationToken)
            : job with { Status = JobStatus.Failed, Error = $"This version knows no jobs of the kind {job.Kind}." };
        next = next with { UpdatedAt = time.GetUtcNow() };
        await store.UpdateAsync(next, cancellationToken);
        return next;
    }

    async Task GiveUpAsync(Job job, string error, CancellationToken cancellationToken)
    {
        try
        {
            await store.UpdateAsync(job with { Status = JobStatus.Failed, Error = error, UpdatedAt = time.GetUtcNow() }, cancellationToken);
        }
#pragma warning disable CA1031 // It stays unfinished, and is begun again.
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogWarning(exception, "That the job {Job} failed could not be written down", job.Id);
        }
    }
}
