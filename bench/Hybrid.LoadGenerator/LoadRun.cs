using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Bench;
using Hybrid.LoadGenerator.Client;
using Hybrid.LoadGenerator.Report;
using Hybrid.LoadGenerator.Scenarios;
using Hybrid.LoadGenerator.Target;

namespace Hybrid.LoadGenerator;

/// <summary>One run: the server, the scenarios, the report.</summary>
static class LoadRun
{
    const double Mebibyte = 1024 * 1024;
    const int Deliveries = 300;
    const int Fanouts = 20;

    // A server that has just started still compiles, collects and writes; idle is what comes after.
    static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(3);

    public static IReadOnlyList<string> ScenarioNames { get; } = [.. Scenarios(new LoadOptions { Name = "" }).Select(scenario => scenario.Name)];

    /// <summary>Runs all that is asked for; the exit code is 1 when a scenario had failures.</summary>
    public static async Task<int> ExecuteAsync(LoadOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        var baseline = options.BaselineFile is { } file ? Read(file) : null;
        await using var server = await ServerProcess.OpenAsync(options, cancellationToken);
        if (server.StartTime is not null)
            await Task.Delay(SettleTime, cancellationToken);
        var idle = server.Meter?.ResidentBytes / Mebibyte;

        using var http = new HttpClient(LoopbackConnection.CreateHandler()) { BaseAddress = server.Url, Timeout = TimeSpan.FromMinutes(5) };
        var client = new MatrixClient(http);
        var registration = new Registration(client, options.RegistrationSharedSecret);
        if (options.WarmUp > 0)
        {
            await output.WriteLineAsync("warm-up…");
            var share = options with { Scale = options.Scale * options.WarmUp };
            var warmUp = new LoadContext(share, client, registration, server.Meter);
            foreach (var scenario in Chosen(share))
                await RunAsync(scenario, warmUp, meter: null, options.Limit, cancellationToken);
        }

        var context = new LoadContext(options, client, registration, server.Meter);
        var results = new List<ScenarioReport>();
        foreach (var scenario in Chosen(options))
        {
            await output.WriteLineAsync($"{scenario.Name}…");
            results.Add(await RunAsync(scenario, context, server.Meter, options.Limit, cancellationToken));
        }

        var report = new LoadReport(
            options.Name, Machine(), DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Round(server.StartTime?.TotalMilliseconds), Round(idle), Round(server.Meter?.ResidentBytes / Mebibyte), results);
        await output.WriteLineAsync();
        await output.WriteAsync(ReportTable.Write(report, baseline));
        if (options.JsonFile is { } json)
            await File.WriteAllBytesAsync(json, JsonSerializer.SerializeToUtf8Bytes(report, LoadReportContext.Default.LoadReport), cancellationToken);
        if (options.Summary is { } repository)
            await output.WriteLineAsync($"Summary: {BenchmarkSummary.Write(repository, [.. Rows(report, baseline)])}");
        return results.Any(result => result.Failures > 0 || result.Count == 0) ? 1 : 0;
    }

    static IEnumerable<IScenario> Scenarios(LoadOptions options) =>
    [
        new QuietSendScenario(),
        new SendScenario(),
        new CreateRoomScenario(),
        new JoinScenario(),
        new IdleSyncScenario(),
        new DeliveryScenario("delivery", 1, options.Scaled(Deliveries)),
        new DeliveryScenario("fan-out", options.FanoutUsers, options.Scaled(Fanouts)),
        new InitialSyncScenario(),
    ];

    static IEnumerable<IScenario> Chosen(LoadOptions options) =>
        Scenarios(options).Where(scenario => options.Only.Count == 0 || options.Only.Contains(scenario.Name));

    static async Task<ScenarioReport> RunAsync(
        IScenario scenario, LoadContext context, ProcessMeter? meter, TimeSpan limit, CancellationToken cancellationToken)
    {
        var measurement = new Measurement(meter, limit);
        try
        {
            await scenario.RunAsync(context, measurement, cancellationToken);
        }
        catch (MatrixRequestException exception)
        {
            // Preparation failed: the other scenarios can still tell something.
            var hint = exception.Status == 429 ? " (turn the server's rate limits off for a run)" : "";
            measurement.Fail(exception.Message + hint);
        }

        var seconds = measurement.Elapsed.TotalSeconds;
        return new ScenarioReport(
            scenario.Name, scenario.Unit, measurement.Count, measurement.Failures, measurement.FirstFailure, Round(seconds),
            scenario is DeliveryScenario || seconds == 0 ? null : Round(measurement.Count / seconds), Round(measurement.Percentile(50)), Round(measurement.Percentile(90)),
            Round(measurement.Percentile(99)), Round(measurement.Worst),
            measurement.Count > 0 ? Round(measurement.CpuTime?.TotalMilliseconds / measurement.Count) : null);
    }

    static IEnumerable<SummaryRow> Rows(LoadReport report, LoadReport? baseline)
    {
        foreach (var scenario in report.Scenarios.Where(scenario => scenario.Count > 0))
        {
            var other = baseline?.Scenarios.FirstOrDefault(candidate => candidate.Name == scenario.Name);
            if (scenario.CpuMsEach is { } cpu)
                yield return SummaryRow.Of($"{scenario.Name}: server CPU for one {scenario.Unit}", "ms", cpu, other?.CpuMsEach, baseline?.Server);
            yield return SummaryRow.Of($"{scenario.Name}: latency p50", "ms", scenario.P50Ms ?? 0, other?.P50Ms, baseline?.Server);
        }

        if (report.StartMs is { } start)
            yield return SummaryRow.Of("start until ready", "ms", start, baseline?.StartMs, baseline?.Server);
        if (report.RssIdleMib is { } idle)
            yield return SummaryRow.Of("resident memory, idle", "MiB", idle, baseline?.RssIdleMib, baseline?.Server);
    }

    static LoadReport Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), LoadReportContext.Default.LoadReport)
                ?? throw new LoadException($"{file} is empty.");
        }
        catch (JsonException exception)
        {
            throw new LoadException($"{file} is no report of the load generator: {exception.Message}");
        }
    }

    static string Machine()
    {
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "x86-64" : RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        return $"{Environment.ProcessorCount} vCPU {architecture}";
    }

    static double Round(double value) => Math.Round(value, 3);

    static double? Round(double? value) => value is { } number ? Round(number) : null;
}
