namespace Hybrid.Simulation.Tests.Network;

/// <summary>What is to happen, in the order in which it does. Time passes only from one thing to the next.</summary>
sealed class VirtualTime
{
    readonly PriorityQueue<Action, (long Ticks, long Order)> _plan = new();
    long _order;

    /// <summary>Since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>Plans something. What is planned for one moment happens in the order in which it was planned.</summary>
    public void After(TimeSpan delay, Action action) =>
        _plan.Enqueue(action, ((Now + (delay < TimeSpan.Zero ? TimeSpan.Zero : delay)).Ticks, _order++));

    /// <summary>Goes to the next thing and does it; false when there is none until then.</summary>
    public bool TryStep(TimeSpan until)
    {
        if (!_plan.TryPeek(out var action, out var at) || at.Ticks > until.Ticks)
            return false;

        _plan.Dequeue();
        Now = TimeSpan.FromTicks(at.Ticks);
        action();
        return true;
    }
}
