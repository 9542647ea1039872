using Hybrid.Primitives;

namespace Hybrid.Federation.Outbound.Edus;

/// <summary>
/// The latest of everything that waits for each server: what comes later under the same key takes the place of what waits. It is bounded per server,
/// and what is older than <paramref name="lifetime"/> is dropped.
/// </summary>
sealed class LatestPerServer<TKey, TValue>(TimeSpan lifetime, TimeProvider time)
    where TKey : notnull
{
    const int MaxWaiting = 2000;

    readonly Lock _lock = new();
    readonly Dictionary<ServerName, SortedDictionary<long, Waiting>> _byOrder = [];
    readonly Dictionary<(ServerName, TKey), long> _places = [];
    long _last;

    public void Put(ServerName server, TKey key, TValue value)
    {
        lock (_lock)
        {
            if (!_byOrder.TryGetValue(server, out var waiting))
                _byOrder.Add(server, waiting = []);
            if (_places.TryGetValue((server, key), out var place))
                waiting.Remove(place);
            else if (waiting.Count >= MaxWaiting)
                Remove(server, waiting, waiting.First().Key);
            waiting.Add(++_last, new Waiting(key, value, time.GetTimestamp()));
            _places[(server, key)] = _last;
        }
    }

    /// <summary>What waits for the server, oldest first, each with its place.</summary>
    public IReadOnlyList<(long Place, TValue Value)> Read(ServerName server)
    {
        lock (_lock)
        {
            if (!_byOrder.TryGetValue(server, out var waiting))
                return [];

            foreach (var old in waiting.Where(entry => time.GetElapsedTime(entry.Value.At) > lifetime).Select(static entry => entry.Key).ToList())
                Remove(server, waiting, old);
            return [.. waiting.Select(static entry => (entry.Key, entry.Value.Value))];
        }
    }

    /// <summary>Takes out what waits up to a place.</summary>
    public void Acknowledge(ServerName server, long place)
    {
        lock (_lock)
        {
            if (!_byOrder.TryGetValue(server, out var waiting))
                return;

            foreach (var taken in waiting.Keys.TakeWhile(key => key <= place).ToList())
                Remove(server, waiting, taken);
        }
    }

    /// <summary>Takes out everything that waits for the server.</summary>
    public void GiveUp(ServerName server) => Acknowledge(server, long.MaxValue);

    void Remove(ServerName server, SortedDictionary<long, Waiting> waiting, long place)
    {
        if (!waiting.Remove(place, out var gone))
            return;

        _places.Remove((server, gone.Key));
        if (waiting.Count == 0)
            _byOrder.Remove(server);
    }

    readonly record struct Waiting(TKey Key, TValue Value, long At);
}
