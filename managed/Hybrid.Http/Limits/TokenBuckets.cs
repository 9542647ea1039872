using System.Collections.Concurrent;

namespace Hybrid.Http.Limits;

/// <summary>
/// A token bucket for each key. A bucket is one number, the time at which it will be full again (the generic cell rate
/// algorithm), and a full bucket is no different from none: those are dropped when there are many. Without memory for more
/// keys the fullest half goes.
/// </summary>
public sealed class TokenBuckets<TKey>
    where TKey : notnull
{
    readonly ConcurrentDictionary<TKey, Bucket> _buckets = new();
    readonly TimeProvider _time;
    readonly int _maxKeys;
    readonly long _interval;
    readonly long _capacity;
    readonly Lock _trimming = new();

    /// <summary>Buckets that follow <paramref name="limit"/>, at most about <paramref name="maxKeys"/> of them.</summary>
    public TokenBuckets(RateLimit limit, TimeProvider time, int maxKeys)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit.PerSecond);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit.Burst);
        _time = time;
        _maxKeys = maxKeys;
        _interval = Math.Max(1, (long)(time.TimestampFrequency / limit.PerSecond));
        _capacity = _interval * limit.Burst;
    }

    /// <summary>Takes a token; null, or how long to wait for one when the bucket is empty.</summary>
    public TimeSpan? Take(TKey key)
    {
        var now = _time.GetTimestamp();
        var bucket = _buckets.GetOrAdd(key, static _ => new Bucket());
        while (true)
        {
            var full = Volatile.Read(ref bucket.FullAt);
            var next = Math.Max(full, now) + _interval;
            if (next - now > _capacity)
                return _time.GetElapsedTime(now, next - _capacity);
            if (Interlocked.CompareExchange(ref bucket.FullAt, next, full) != full)
                continue;

            if (_buckets.Count > _maxKeys)
                Trim(now);
            return null;
        }
    }

    /// <summary>Puts a token back that was taken in vain.</summary>
    public void Return(TKey key)
    {
        if (_buckets.TryGetValue(key, out var bucket))
            Interlocked.Add(ref bucket.FullAt, -_interval);
    }

    /// <summary>How many buckets are in memory.</summary>
    public int Count => _buckets.Count;

    void Trim(long now)
    {
        if (!_trimming.TryEnter())
            return;
        try
        {
            foreach (var (key, bucket) in _buckets)
            {
                if (Volatile.Read(ref bucket.FullAt) <= now)
                    _buckets.TryRemove(key, out _);
            }

            if (_buckets.Count <= _maxKeys / 2)
                return;

            var fullest = _buckets.Select(static entry => (entry.Key, entry.Value.FullAt)).ToArray();
            Array.Sort(fullest, static (left, right) => left.FullAt.CompareTo(right.FullAt));
            foreach (var (key, _) in fullest.AsSpan(0, fullest.Length / 2))
                _buckets.TryRemove(key, out _);
        }
        finally
        {
            _trimming.Exit();
        }
    }

    sealed class Bucket
    {
        // When the bucket will be full again, in timestamps of the time provider.
        public long FullAt;
    }
}
