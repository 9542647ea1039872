using Hybrid.Simulation.Tests.Servers;

namespace Hybrid.Simulation.Tests.Network;

/// <summary>The clock of one server: what it shows can jump, how fast it goes cannot. Its timers end with the process that set them.</summary>
sealed class ServerClock(VirtualTime time, ServerThread thread, Func<TimeSpan> offset) : TimeProvider
{
    static readonly DateTimeOffset Beginning = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Beginning + time.Now + offset();

    public override long GetTimestamp() => time.Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(time, thread, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    sealed class Timer(VirtualTime time, ServerThread thread, Action callback) : ITimer
    {
        int _setting;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var setting = ++_setting;
            if (dueTime != Timeout.InfiniteTimeSpan)
                time.After(dueTime, () => Fire(setting, period));
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        void Fire(int setting, TimeSpan period)
        {
            if (setting != _setting || thread.IsDead)
                return;

            if (period > TimeSpan.Zero)
                time.After(period, () => Fire(setting, period));
            thread.Post(_ => callback(), null);
        }
    }
}
