using Hybrid.Primitives;

namespace Hybrid.Storage.Jobs;

/// <summary>How far a job is.</summary>
public enum JobStatus
{
    /// <summary>It waits for its turn.</summary>
    Scheduled = 0,

    /// <summary>It has begun; after a restart it goes on.</summary>
    Active = 1,

    /// <summary>It is done.</summary>
    Complete = 2,

    /// <summary>It was given up; <see cref="Job.Error"/> says why.</summary>
    Failed = 3,
}

/// <summary>Long work that is done in steps and survives restarts.</summary>
/// <param name="Id">Names it to administrators; hard to guess.</param>
/// <param name="Kind">What is done, such as <c>purge_history</c>.</param>
/// <param name="RoomId">The room that it is about, if it is about one.</param>
/// <param name="Arguments">What was asked for, as JSON of the kind.</param>
/// <param name="CreatedAt">When it was asked for.</param>
public sealed record Job(string Id, string Kind, RoomId? RoomId, string Arguments, DateTimeOffset CreatedAt)
{
    public JobStatus Status { get; init; }

    /// <summary>How much is done, in the unit of <see cref="Total"/>.</summary>
    public long Progress { get; init; }

    /// <summary>How much there is to do; null while nobody has counted.</summary>
    public long? Total { get; init; }

    /// <summary>Where to go on and what came of it so far, as JSON of the kind.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>When anything here changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; } = CreatedAt;

    public bool IsFinished => Status is JobStatus.Complete or JobStatus.Failed;
}
