using System.Diagnostics;
using System.Globalization;
using Hybrid.Bench;
using Hybrid.CommitBench;

// Durable writes per second with group commit, beside a commit for each write, in the same run and on the same disk.
var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 4;
var folder = Directory.CreateDirectory(args.Length > 1 ? args[1] : Path.Combine(Environment.CurrentDirectory, "artifacts", "bench", "commits")).FullName;
Console.WriteLine("| writers | group commit: writes/s | writes per commit | syncs/s | p50 ms | p99 ms | a commit each: writes/s | syncs/s | p50 ms | p99 ms |");
Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
var rows = new List<SummaryRow>();
foreach (var writers in new[] { 1, 8, 64, 256 })
{
    var group = await MeasureAsync(writers, static path => new GroupCommitTarget(path));
    var single = await MeasureAsync(writers, static path => new SingleCommitTarget(path));
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {writers} | {group.PerSecond:0} | {group.Writes / (double)group.Commits:0.0} | {group.Syncs / group.Seconds:0} | {group.Percentile(0.5):0.00} | {group.Percentile(0.99):0.00} | {single.PerSecond:0} | {single.Syncs / single.Seconds:0} | {single.Percentile(0.5):0.00} | {single.Percentile(0.99):0.00} |"));
    rows.Add(SummaryRow.Of($"durable write of 1 KiB, {writers} at once", "µs", 1e6 / group.PerSecond, 1e6 / single.PerSecond, "a commit for each write"));
}

Directory.Delete(folder, recursive: true);
if (BenchmarkSummary.FindRepository() is { } repository)
    Console.WriteLine($"Summary: {BenchmarkSummary.Write(repository, rows)}");
return 0;

async Task<Result> MeasureAsync(int writers, Func<string, ICommitTarget> open)
{
    var path = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName;
    using var target = open(path);
    await target.WriteAsync();
    var (commits, syncs) = (target.Commits, target.Syncs);
    var clock = Stopwatch.StartNew();
    var latencies = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
    {
        var taken = new List<double>();
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var began = Stopwatch.GetTimestamp();
            await target.WriteAsync();
            taken.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return taken;
    })));
    return new Result(clock.Elapsed.TotalSeconds, target.Commits - commits, target.Syncs - syncs, [.. latencies.SelectMany(static list => list).Order()]);
}

sealed record Result(double Seconds, long Commits, long Syncs, double[] Latencies)
{
    public long Writes => Latencies.Length;

    public double PerSecond => Writes / Seconds;

    public double Percentile(double share) => Latencies[(int)(share * (Latencies.Length - 1))];
}
