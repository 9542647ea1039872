namespace Hybrid.SyncBench;

/// <summary>Looks every few milliseconds how much memory the process holds, beginning with what it holds after a collection.</summary>
sealed class MemoryWatch : IDisposable
{
    static readonly TimeSpan Every = TimeSpan.FromMilliseconds(10);

    readonly Lock _lock = new();
    readonly Timer _timer;
    readonly long _start;
    long _most;

    public MemoryWatch()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _start = _most = Environment.WorkingSet;
        _timer = new Timer(_ => Look(), null, Every, Every);
    }

    /// <summary>The most that it held beyond the start, in bytes.</summary>
    public long Stop()
    {
        Look();
        return _most - _start;
    }

    public void Dispose() => _timer.Dispose();

    void Look()
    {
        lock (_lock)
            _most = Math.Max(_most, Environment.WorkingSet);
    }
}
