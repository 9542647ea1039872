using Hybrid.Storage.Jobs;

namespace Hybrid.Rooms.Maintenance;

/// <summary>Does the jobs of one kind.</summary>
public interface IJobWorker
{
    /// <summary>The kind of <see cref="Job"/>.</summary>
    string Kind { get; }

    /// <summary>
    /// Does one bounded part of the job and returns how far it is. What it did may be lost before that is written down: a step must
    /// do no harm when it is done again.
    /// </summary>
    ValueTask<Job> StepAsync(Job job, CancellationToken cancellationToken);
}
