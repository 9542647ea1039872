using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Hybrid.Simulation.Tests;

/// <summary>
/// Many servers that meet every fault. <c>HYBRID_SIMULATION_SEEDS</c> says how many seeds, <c>HYBRID_SIMULATION_FIRST</c> from which on, and
/// <c>HYBRID_SIMULATION_SEED</c> runs one and writes down what happened.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    const int DefaultSeeds = 40;

    [Fact]
    public async Task AfterEveryFaultAllServersAgree()
    {
        if (Number("HYBRID_SIMULATION_SEED") is { } single)
        {
            var result = await RunAsync(single, keepsText: true);
            output.WriteLine(result.Text);
            output.WriteLine($"seed {single}: digest {result.Digest}, {result.Acknowledged} events sent");
            Assert.True(result.Problems.Count == 0, Describe(result));
            return;
        }

        var first = Number("HYBRID_SIMULATION_FIRST") ?? 1;
        var count = Number("HYBRID_SIMULATION_SEEDS") ?? DefaultSeeds;
        var next = first - 1;
        var results = new List<SimulationResult>();
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var seed && seed < first + count)
            {
                var result = await RunAsync(seed, keepsText: false);
                lock (results)
                    results.Add(result);
            }
        }));
        var failed = results.Where(static result => result.Problems.Count > 0).OrderBy(static result => result.Seed).ToList();
        var estranged = results.Where(static result => result.Estranged.Count > 0).Select(static result => result.Seed).Order().ToList();
        output.WriteLine($"{estranged.Count} seeds with a server that is estranged from a room: {string.Join(' ', estranged)}");
        output.WriteLine($"{results.Count} seeds, {results.Sum(static result => result.Acknowledged)} events sent, {failed.Count} seeds failed");
        Assert.True(failed.Count == 0, string.Join('\n', failed.Select(Describe)));
        Assert.Equal(count, results.Count);
        Assert.True(estranged.Count <= 2 + (count / 20), "Servers are too often estranged from rooms.");
        Assert.True(results.Sum(static result => result.Acknowledged) > 10 * count, "Hardly anything was sent.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ASeedRunsTheSameWayTwice(int seed)
    {
        var first = await RunAsync(seed, keepsText: true);
        var second = await RunAsync(seed, keepsText: true);

        Assert.Equal(first.Text, second.Text);
        Assert.Equal(first.Digest, second.Digest);
        Assert.NotEqual(first.Digest, (await RunAsync(seed + 1000, keepsText: false)).Digest);
    }

    // What goes by hash codes goes another way in each process.
    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    public async Task ASeedRunsTheSameWayInAnotherProcess(int seed)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(Program).Assembly.Location, seed.ToString(CultureInfo.InvariantCulture), "1"])
        {
            RedirectStandardOutput = true,
        };
        using var other = Process.Start(start)!;
        var here = await RunAsync(seed, keepsText: false);
        var there = await other.StandardOutput.ReadToEndAsync();

        Assert.StartsWith($"{seed} {here.Digest}", there, StringComparison.Ordinal);
    }

    // A run needs a thread of its own, on which everything happens.
    static Task<SimulationResult> RunAsync(int seed, bool keepsText) =>
        Task.Factory.StartNew(() => Simulation.Run(seed, keepsText), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    static string Describe(SimulationResult result) =>
        $"seed {result.Seed} (HYBRID_SIMULATION_SEED={result.Seed} shows what happened):\n  {string.Join("\n  ", result.Problems.Take(20))}";

    static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
