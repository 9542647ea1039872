using System.Collections.Concurrent;
using Hybrid.Federation.Outbound;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Federation.Devices;

/// <summary>
/// Tells other servers of changes of this server's users' devices and cross-signing keys (server-server API, "Device Management"). For each server it
/// is known how far it was told of each user: it gets at most one update per device, each naming the one before, however long it was away.
/// </summary>
public sealed class DeviceListSource(IOutgoingDeviceListStore store, DeviceUpdates updates, IDestinationRooms rooms) : IEduSource
{
    // What was read last for a server, until it is acknowledged.
    readonly ConcurrentDictionary<ServerName, (long Cursor, IReadOnlyList<ToldDeviceList> Told)> _read = new();
    long _cursor;

    public EduUrgency Urgency => EduUrgency.DeviceLists;

    public bool IsDurable => true;

    public event Action<ServerName>? Waiting;

    public async ValueTask<EduBatch> ReadAsync(ServerName destination, int limit, CancellationToken cancellationToken)
    {
        while (limit > 0 && await store.ReadWaitingAsync(destination, limit, cancellationToken) is { Count: > 0 } waiting)
        {
            if (await ForgetDepartedAsync(destination, waiting, cancellationToken))
                continue;

            var changes = (await store.ReadChangesAsync([.. waiting.Select(static list => list.UserId)], cancellationToken)).ToLookup(static change => change.UserId);
            var (edus, told) = (new List<Edu>(), new List<ToldDeviceList>());
            foreach (var list in waiting)
            {
                var (some, now) = await updates.WriteAsync(list, [.. changes[list.UserId]], limit - edus.Count, cancellationToken);
                edus.AddRange(some);
                told.Add(now);
                if (edus.Count >= limit)
                    break;
            }

            if (edus.Count > 0)
            {
                var cursor = Interlocked.Increment(ref _cursor);
                _read[destination] = (cursor, told);
                return new EduBatch(edus, cursor);
            }

            // Nothing that other servers see: they have been told.
            await store.AcknowledgeAsync(destination, told, cancellationToken);
        }

        return EduBatch.Empty;
    }

    public async ValueTask AcknowledgeAsync(ServerName destination, EduBatch batch, CancellationToken cancellationToken)
    {
        if (_read.TryGetValue(destination, out var read) && read.Cursor == batch.Cursor)
        {
            await store.AcknowledgeAsync(destination, read.Told, cancellationToken);
            _read.TryRemove(destination, out _);
        }
    }

    public void GiveUp(ServerName destination) => _read.TryRemove(destination, out _);

    public ValueTask<IReadOnlyList<ServerName>> ReadWaitingAsync(ServerName? after, int limit, CancellationToken cancellationToken) =>
        store.ReadDestinationsAsync(after, limit, cancellationToken);

    /// <summary>Changes were given out to these servers.</summary>
    internal void Announce(IEnumerable<ServerName> destinations)
    {
        foreach (var destination in destinations)
            Waiting?.Invoke(destination);
    }

    // Who shared a room when something changed may share none any more, and is not to hear of it.
    async ValueTask<bool> ForgetDepartedAsync(ServerName destination, IReadOnlyList<ToldDeviceList> waiting, CancellationToken cancellationToken)
    {
        var departed = new List<UserId>();
        foreach (var list in waiting)
        {
            if (!(await rooms.ServersWithAsync(list.UserId, cancellationToken)).Contains(destination))
                departed.Add(list.UserId);
        }

        if (departed.Count > 0)
            await store.ForgetAsync(destination, departed, cancellationToken);
        return departed.Count > 0;
    }
}
