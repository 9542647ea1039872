using System.Text.Json.Serialization;

namespace Hybrid.LoadGenerator.Report;

/// <summary>The result of a run, as its JSON has it.</summary>
/// <param name="Server">What the server is called.</param>
/// <param name="Machine">What it ran on, in general words.</param>
/// <param name="Date">The day of the run.</param>
/// <param name="StartMs">From the start of the process to its first answer, in milliseconds.</param>
/// <param name="RssIdleMib">Resident memory before the first scenario, in MiB.</param>
/// <param name="RssAfterMib">Resident memory after the last.</param>
/// <param name="Scenarios">The scenarios in the order they ran.</param>
public sealed record LoadReport(
    string Server, string Machine, string Date, double? StartMs, double? RssIdleMib, double? RssAfterMib, IReadOnlyList<ScenarioReport> Scenarios);

/// <summary>One scenario's result. Latencies are milliseconds.</summary>
/// <param name="Name">The scenario.</param>
/// <param name="Unit">What was counted.</param>
/// <param name="Count">How many.</param>
/// <param name="Failures">How many did not work.</param>
/// <param name="FirstFailure">Why the first did not.</param>
/// <param name="Seconds">How long all took.</param>
/// <param name="PerSecond">How many in a second; null where the scenario sets the pace.</param>
/// <param name="P50Ms">The median latency.</param>
/// <param name="P90Ms">Nine of ten were faster.</param>
/// <param name="P99Ms">99 of 100 were faster.</param>
/// <param name="MaxMs">The slowest.</param>
/// <param name="CpuMsEach">The server's CPU time for one, in milliseconds: its CPU seconds for 1 000.</param>
public sealed record ScenarioReport(
    string Name, string Unit, long Count, int Failures, string? FirstFailure, double Seconds, double? PerSecond,
    double P50Ms, double P90Ms, double P99Ms, double MaxMs, double? CpuMsEach);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LoadReport))]
public sealed partial class LoadReportContext : JsonSerializerContext;
