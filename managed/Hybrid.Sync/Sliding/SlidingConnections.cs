using System.Collections.Concurrent;
using Hybrid.Primitives;
using Hybrid.Storage.Sliding;
using Hybrid.Storage.Space;

namespace Hybrid.Sync.Sliding;

/// <summary>
/// The connections in use, kept in memory while there is room and stored so that they outlive a restart. Those of a session without a
/// device live in memory only.
/// </summary>
sealed class SlidingConnections(ISlidingSyncStore store, TimeProvider time)
{
    const int MaxPerDevice = 16;
    const int MaxRoomsInMemory = 1_000_000;
    const int MaxInMemory = 20_000;

    // As long as a client may have been in a drawer and still go on where it was.
    static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    readonly ConcurrentDictionary<(UserId User, DeviceId? Device, string Name), SlidingConnection> _connections = new();
    long _unstored = -time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The connection that a request belongs to, at the state that it goes on from; <c>M_UNKNOWN_POS</c> when it cannot.</summary>
    public async ValueTask<ConnectionTurn> BeginAsync(SlidingRequest request, CancellationToken cancellationToken)
    {
        var key = (request.UserId, request.DeviceId, request.ConnectionName);
        if (request.Position is not { } position)
        {
            var started = new SlidingConnection(new SlidingConnectionRecord(await StartAsync(request, cancellationToken), 0, 0, []));
            started.LastUsed = time.GetTimestamp();
            Keep(key, started);
            return started.Begin(0)!;
        }

        var connection = _connections.GetValueOrDefault(key);
        if (connection is null && request.DeviceId is { } device
            && await store.FindAsync(request.UserId, device, request.ConnectionName, cancellationToken) is { } stored)
        {
            // Two requests may both have read it; both go on with one.
            connection = _connections.GetOrAdd(key, new SlidingConnection(stored));
            Keep(key, connection);
        }

        if (connection?.Number != position.Connection || connection.Begin(position.State) is not { } turn)
            throw SlidingRequestReader.UnknownPosition();

        connection.LastUsed = time.GetTimestamp();
        return turn;
    }

    /// <summary>Makes what the turn changed the client's next state; that state's number.</summary>
    public async ValueTask<long> CommitAsync(ConnectionTurn turn, CancellationToken cancellationToken)
    {
        if (turn.Connection.Commit(turn, turn.Changes) is not { } step)
            return turn.State;

        if (step.Connection >= 0)
        {
            try
            {
                await store.SaveAsync(step, time.GetUtcNow(), cancellationToken);
            }
            catch (StorageFullException)
            {
                // The client goes on from memory, and after a restart from the start.
            }
        }

        return step.Pending;
    }

    async ValueTask<long> StartAsync(SlidingRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            if (request.DeviceId is { } device
                && await store.StartAsync(request.UserId, device, request.ConnectionName, now, now - Lifetime, MaxPerDevice, cancellationToken) is { } number)
            {
                return number;
            }
        }
        catch (StorageFullException)
        {
            // As without a device.
        }

        return Interlocked.Decrement(ref _unstored);
    }

    void Keep((UserId, DeviceId?, string) key, SlidingConnection connection)
    {
        _connections[key] = connection;
        if (_connections.Count <= MaxInMemory && _connections.Values.Sum(static kept => (long)kept.RoomCount) <= MaxRoomsInMemory)
            return;

        // Half of them at once, so that it is not done for every request.
        foreach (var (old, kept) in _connections.OrderBy(static entry => entry.Value.LastUsed).Take(_connections.Count / 2).ToList())
            _connections.TryRemove(KeyValuePair.Create(old, kept));
    }
}
