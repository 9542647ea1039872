using System.Globalization;
using Hybrid.Tests.Shared;
using Xunit;
using Xunit.Abstractions;

namespace Hybrid.Durability.Tests.Federated;

/// <summary>
/// kill -9 of real servers that federate, round after round, while people on each talk, write to devices, come, go and are invited. HYBRID_KILL_ROUNDS
/// says how many rounds, HYBRID_KILL_SEED with which seed to begin, HYBRID_BIN with which program, and
/// HYBRID_KILL_FOLDER where to leave the data and the logs.
/// </summary>
public sealed class FederatedKillRoundsTests(ITestOutputHelper output)
{
    const int Servers = 3;
    const int ResidentsEach = 2;
    const int OrdinaryRounds = 3;

    // After so many rounds everything is checked, and a new room begun.
    const int RoundsTogether = 10;

    // Who has not got an answer by then waits for one that does not come.
    static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public Task Nothing_acknowledged_is_lost_or_seen_twice_when_federating_servers_are_killed_on_sqlite() => RunAsync(null);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_or_seen_twice_when_federating_servers_are_killed_on_postgres()
    {
        using var cluster = await PostgresCluster.StartNewAsync();
        await RunAsync(cluster);
    }

    async Task RunAsync(PostgresCluster? cluster)
    {
        var rounds = Number("HYBRID_KILL_ROUNDS", OrdinaryRounds);
        var seed = Number("HYBRID_KILL_SEED", 1);
        using var federation = await FederatedProcesses.StartAsync(Servers, cluster);
        var people = await People.RegisterAsync(federation.Servers, ResidentsEach, seed);
        await using (people)
        {
            for (var done = 0; done < rounds; done += RoundsTogether, seed++)
            {
                var killer = new Killer(federation.Servers, new Random(seed));
                try
                {
                    await RunRoundsAsync(people, killer, Math.Min(RoundsTogether, rounds - done));
                }
                catch (Exception fault)
                {
                    throw new InvalidOperationException($"seed {seed}, {killer}: {fault.Message}", fault);
                }

                output.WriteLine($"seed {seed}: {killer}");
            }

            output.WriteLine($"{rounds} rounds: {people}");
        }
    }

    static async Task RunRoundsAsync(People people, Killer killer, int rounds)
    {
        using var end = new CancellationTokenSource();
        var talking = await people.TalkAsync(end.Token);
        try
        {
            for (var round = 0; round < rounds && !talking.IsFaulted; round++)
                await killer.RunRoundAsync();
        }
        finally
        {
            await end.CancelAsync();
        }

        await talking.WaitAsync(EndLimit);
        await people.CheckAsync();
    }

    static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
