using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Hybrid.Bench;
using Hybrid.Benchmarks;

var repository = BenchmarkSummary.FindRepository() ?? Environment.CurrentDirectory;

// In this process: a generated project would be built with the repository's own rules, and for minutes.
var config = ManualConfig.CreateEmpty()
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddExporter(MarkdownExporter.GitHub)
    .AddLogger(ConsoleLogger.Default)
    .WithArtifactsPath(Path.Combine(repository, "artifacts", "bench", "reports"));

var summaries = BenchmarkSwitcher.FromAssembly(typeof(Comparison).Assembly).Run(args.Length == 0 ? ["--filter", "*"] : args, config).ToList();
var rows = Comparison.Rows(summaries);
if (rows.Count > 0)
    Console.WriteLine($"Summary: {BenchmarkSummary.Write(repository, rows)}");
return summaries.Count > 0 && summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
