namespace Hybrid.Federation.Outbound;

/// <summary>Destinations that are to be tried later, under one timer.</summary>
sealed class RetrySchedule : IDisposable
{
    readonly Lock _lock = new();
    readonly PriorityQueue<Destination, DateTimeOffset> _waiting = new();
    readonly Action<Destination> _retry;
    readonly TimeProvider _time;
    readonly ITimer _timer;

    public RetrySchedule(Action<Destination> retry, TimeProvider time)
    {
        _retry = retry;
        _time = time;
        _timer = time.CreateTimer(_ => Run(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(Destination destination, DateTimeOffset due)
    {
        lock (_lock)
        {
            _waiting.Enqueue(destination, due);
            Arm();
        }
    }

    public void Dispose() => _timer.Dispose();

    void Run()
    {
        var due = new List<Destination>();
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            while (_waiting.TryPeek(out var next, out var at) && at <= now)
            {
                _waiting.Dequeue();
                due.Add(next);
            }

            Arm();
        }

        foreach (var destination in due)
            _retry(destination);
    }

    void Arm()
    {
        if (!_waiting.TryPeek(out _, out var next))
            return;

        // Rounded up: a timer that fires too early would find nothing to do, and be set again.
        var wait = Math.Ceiling((next - _time.GetUtcNow()).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Clamp(wait, 0, int.MaxValue - 1)), Timeout.InfiniteTimeSpan);
    }
}
