using Hybrid.Primitives;

namespace Hybrid.Storage.Rooms;

/// <summary>
/// Takes out of the store what is not wanted any more: the history of rooms, and whole rooms. Each call is one atomic step of bounded
/// size, and can be repeated at any time.
/// </summary>
public interface IRoomRemovalStore
{
    /// <summary>
    /// One step of a purge, from the newest event that may go to the oldest: what is not purged yet is whole, so that the
    /// state at each event that is left can be read all the while. Events that the room needs stay: those from
    /// <see cref="HistoryPurge.Before"/> on, the ends of its graph, the latest event, and state events that were part of the state
    /// at <see cref="HistoryPurge.Before"/>, which from then on have the state there as the state before them. With
    /// an event goes what the store derived from it. Of a room with events of other servers, no state event goes and none gets
    /// another state, and what is aside (<see cref="LogBand"/>) stays as it is.
    /// </summary>
    ValueTask<PurgeStep> PurgeAsync(HistoryPurge purge, int limit, CancellationToken cancellationToken);

    /// <summary>How many events of the room's timeline have a position below <paramref name="before"/>.</summary>
    ValueTask<long> CountEventsAsync(RoomId roomId, long before, CancellationToken cancellationToken);

    /// <summary>
    /// Where what was said from <paramref name="timestamp"/> (milliseconds since 1970) on begins: the least position of an event that
    /// claims a time at or after it and before <paramref name="until"/>; null when there is none.
    /// </summary>
    ValueTask<long?> FindPositionAtAsync(RoomId roomId, long timestamp, long until, CancellationToken cancellationToken);

    /// <summary>Whether a purge of everything before <paramref name="before"/> would find an event that is no state event.</summary>
    ValueTask<bool> HasMessagesAsync(RoomId roomId, long before, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the room unknown to <see cref="IRoomStore.LoadAsync"/> and takes its aliases and its place in the directory. Nothing may be
    /// appended to it afterwards.
    /// </summary>
    ValueTask MarkDeletedAsync(RoomId roomId, CancellationToken cancellationToken);

    /// <summary>
    /// One step of taking a deleted room's rows out. Of users who left or were banned, the last membership stays, so that
    /// clients that were away can still be told that the room is no longer theirs.
    /// </summary>
    ValueTask<RemovalStep> RemoveRowsAsync(RoomId roomId, int limit, CancellationToken cancellationToken);
}

/// <summary>What is purged of a room.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="Before">Events with a smaller position go.</param>
public sealed record HistoryPurge(RoomId RoomId, long Before)
{
    /// <summary>Only events with a smaller position: where the last step ended. Null to begin.</summary>
    public long? From { get; init; }

    /// <summary>Keeps the messages of this server's users, which may be nowhere else, and all state events; null keeps neither.</summary>
    public ServerName? Keeping { get; init; }
}

/// <summary>What a step of a purge did.</summary>
/// <param name="Examined">How many events it looked at.</param>
/// <param name="Purged">The positions of those that are gone.</param>
/// <param name="Next">Where to go on; null when the purge is complete.</param>
public sealed record PurgeStep(int Examined, IReadOnlyList<long> Purged, long? Next);

/// <summary>What a step of a deletion did.</summary>
/// <param name="Removed">How many rows went.</param>
/// <param name="Members">Users of whose memberships rows went.</param>
/// <param name="IsComplete">Nothing of the room is left.</param>
public sealed record RemovalStep(int Removed, IReadOnlyList<UserId> Members, bool IsComplete);
