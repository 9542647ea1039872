using System.Diagnostics;
using HdrHistogram;
using Hybrid.LoadGenerator.Client;
using Hybrid.LoadGenerator.Target;

namespace Hybrid.LoadGenerator.Scenarios;

/// <summary>The measured part of a scenario: how many, how long each took, and what it cost the server.</summary>
sealed class Measurement(ProcessMeter? meter, TimeSpan limit)
{
    const long Longest = 600_000_000;
    const int Digits = 3;

    // Latencies in microseconds.
    readonly LongHistogram _latencies = new(1, Longest, Digits);
    readonly Lock _lock = new();
    long _started;
    TimeSpan _cpuBefore;

    public TimeSpan Elapsed { get; private set; }

    /// <summary>What the server spent between begin and end; null when its process is not known.</summary>
    public TimeSpan? CpuTime { get; private set; }

    public int Failures { get; private set; }

    public string? FirstFailure { get; private set; }

    /// <summary>How many were measured.</summary>
    public long Count => _latencies.TotalCount;

    /// <summary>Whether the time is up.</summary>
    public bool IsOver => Stopwatch.GetElapsedTime(_started) >= limit;

    public void Begin()
    {
        _cpuBefore = meter?.CpuTime ?? TimeSpan.Zero;
        _started = Stopwatch.GetTimestamp();
    }

    public void End()
    {
        Elapsed = Stopwatch.GetElapsedTime(_started);
        CpuTime = meter?.CpuTime - _cpuBefore;
    }

    /// <summary>Takes down one latency.</summary>
    public void Record(TimeSpan latency)
    {
        lock (_lock)
            _latencies.RecordValue(Math.Clamp((long)latency.TotalMicroseconds, 1, Longest));
    }

    /// <summary>Takes down that one did not work.</summary>
    public void Fail(string why)
    {
        lock (_lock)
        {
            Failures++;
            FirstFailure ??= why;
        }
    }

    /// <summary>A latency in milliseconds below which this share of all were.</summary>
    public double Percentile(double percent) => Count == 0 ? 0 : _latencies.GetValueAtPercentile(percent) / 1000.0;

    /// <summary>The longest, in milliseconds.</summary>
    public double Worst => Percentile(100);

    /// <summary>Does <paramref name="count"/> things, each timed, by <paramref name="workers"/> that each do one at a time.</summary>
    /// <param name="count">How many; fewer when the time is up.</param>
    /// <param name="workers">How many at once.</param>
    /// <param name="act">Gets the worker's number and the thing's.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public Task RepeatAsync(int count, int workers, Func<int, int, Task> act, CancellationToken cancellationToken)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(worker), cancellationToken)));

        async Task WorkAsync(int worker)
        {
            while (!IsOver && !cancellationToken.IsCancellationRequested)
            {
                var index = Interlocked.Increment(ref next);
                if (index >= count)
                    return;

                var began = Stopwatch.GetTimestamp();
                try
                {
                    await act(worker, index);
                    Record(Stopwatch.GetElapsedTime(began));
                }
                catch (MatrixRequestException exception)
                {
                    Fail(exception.Message);
                }
            }
        }
    }
}
