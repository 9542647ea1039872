using Hybrid.Simulation.Tests.Network;
using Hybrid.Simulation.Tests.Servers;

namespace Hybrid.Simulation.Tests.Faults;

/// <summary>What fails and when: the network loses, repeats and delays, parts of it are cut off, servers die, clocks jump.</summary>
sealed class FaultPlan(Simulation simulation)
{
    readonly Random _random = simulation.Setting.Randomness.Stream("faults");
    bool _isOver;

    /// <summary>Plans the faults of a time.</summary>
    public void Plan(TimeSpan duration)
    {
        simulation.Setting.Network.Weather = new Weather(_random.Next(12), _random.Next(6), _random.Next(20));
        for (var number = _random.Next(1, 5); number > 0; number--)
            simulation.Setting.Time.After(duration * _random.NextDouble(), Part);
        for (var number = _random.Next(0, 6); number > 0; number--)
            simulation.Setting.Time.After(duration * _random.NextDouble(), Crash);
        for (var number = _random.Next(0, 4); number > 0; number--)
            simulation.Setting.Time.After(duration * _random.NextDouble(), JumpClock);
    }

    /// <summary>Everything works from now on; the clocks stay as they are.</summary>
    public void End()
    {
        _isOver = true;
        simulation.Setting.Trace.Add("all faults end");
        simulation.Setting.Network.Weather = Weather.Fair;
        simulation.Setting.Network.HealAll();
        foreach (var server in simulation.Servers.Where(static server => !server.IsUp))
            server.Start();
    }

    // The servers fall into two groups that do not hear of each other.
    void Part()
    {
        var one = simulation.Servers.Where(_ => _random.Chance(0.5)).ToList();
        var other = simulation.Servers.Except(one).ToList();
        simulation.Setting.Trace.Add($"cut off: {string.Join(' ', one.Select(static server => server.Name))}");
        foreach (var (left, right) in one.SelectMany(left => other.Select(right => (left, right))))
            simulation.Setting.Network.Cut(left.Name, right.Name);
        simulation.Setting.Time.After(_random.Between(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(8)), () =>
        {
            simulation.Setting.Trace.Add("no server is cut off");
            simulation.Setting.Network.HealAll();
        });
    }

    void Crash()
    {
        var server = _random.Pick(simulation.Servers);
        var pieces = _random.Next(12);
        var pause = _random.Between(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(4));
        if (!server.IsUp)
            return;

        // In the middle of what it does next, or at rest.
        var thread = server.Thread;
        thread.KillAfter(pieces);
        simulation.Setting.Time.After(_random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(10)), () => Bury(server, thread, pause));
    }

    void Bury(SimulatedServer server, ServerThread thread, TimeSpan pause)
    {
        if (server.Thread != thread)
            return;

        simulation.Setting.Trace.Add($"{server.Name} {(thread.IsDead ? "has died" : "dies")}");
        server.Stop();
        simulation.Setting.Time.After(_isOver ? TimeSpan.Zero : pause, () =>
        {
            if (server.IsUp)
                return;

            simulation.Setting.Trace.Add($"{server.Name} starts");
            server.Start();
        });
    }

    void JumpClock()
    {
        var server = _random.Pick(simulation.Servers);
        server.ClockOffset += _random.Between(TimeSpan.FromHours(-1), TimeSpan.FromHours(1));
        simulation.Setting.Trace.Add($"the clock of {server.Name} is off by {server.ClockOffset}");
    }
}
