using Hybrid.Primitives;

namespace Hybrid.Storage.Jobs;

/// <summary>Jobs, so that what was begun before a restart is finished after it.</summary>
public interface IJobStore
{
    /// <summary>Adds a job after all others.</summary>
    ValueTask AddAsync(Job job, CancellationToken cancellationToken);

    /// <summary>Writes down how far a job is: everything but what was asked for. A job that is not stored is left alone.</summary>
    ValueTask UpdateAsync(Job job, CancellationToken cancellationToken);

    ValueTask<Job?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The jobs of a kind about a room, oldest first.</summary>
    ValueTask<IReadOnlyList<Job>> ReadByRoomAsync(RoomId roomId, string kind, CancellationToken cancellationToken);

    /// <summary>The oldest job that is not finished, or null.</summary>
    ValueTask<Job?> FindNextAsync(CancellationToken cancellationToken);

    /// <summary>Removes finished jobs that were last changed before <paramref name="time"/>.</summary>
    ValueTask RemoveFinishedAsync(DateTimeOffset time, CancellationToken cancellationToken);
}
