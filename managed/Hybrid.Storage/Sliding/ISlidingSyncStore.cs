using Hybrid.Primitives;

namespace Hybrid.Storage.Sliding;

/// <summary>Connections of simplified sliding sync. They go with their device.</summary>
public interface ISlidingSyncStore
{
    /// <summary>The device's connection of this name, with what it was sent.</summary>
    ValueTask<SlidingConnectionRecord?> FindAsync(UserId userId, DeviceId deviceId, string name, CancellationToken cancellationToken);

    /// <summary>
    /// Starts a connection anew, in place of any of the same name; its number. A device has at most <paramref name="most"/>: those that
    /// started or changed longest ago go, as do all of the server that last changed before <paramref name="unusedSince"/>. Null when the
    /// device does not exist.
    /// </summary>
    ValueTask<long?> StartAsync(
        UserId userId, DeviceId deviceId, string name, DateTimeOffset now, DateTimeOffset unusedSince, int most, CancellationToken cancellationToken);

    /// <summary>Stores the next state of a connection; nothing happens when the connection is gone.</summary>
    ValueTask SaveAsync(SlidingStep step, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>For each room that the user has a membership in, the position of its last event.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<RoomId, long>>> ReadActivityAsync(UserId userId, CancellationToken cancellationToken);
}
