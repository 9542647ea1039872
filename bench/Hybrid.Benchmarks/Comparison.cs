using BenchmarkDotNet.Reports;
using Hybrid.Bench;

namespace Hybrid.Benchmarks;

/// <summary>Which benchmark stands beside which in the summary.</summary>
static class Comparison
{
    const string Libolm = "libolm (Debian's libolm3)";

    // Name, unit, Hybrid's method, the method that it is compared with, and what that is.
    static readonly (string Name, string Unit, string Hybrid, string? Baseline, string? BaselineName)[] Pairs =
    [
        ("P/Invoke: call without arguments", "ns", nameof(CrossingBenchmarks.Noop), nameof(CrossingBenchmarks.ManagedCall), "a managed call that is not inlined"),
        ("P/Invoke: 64 B of JSON in, canonical JSON out", "ns", nameof(CrossingBenchmarks.Canonicalize64), nameof(CrossingBenchmarks.Managed64), "System.Text.Json"),
        ("P/Invoke: 1 KiB of JSON in, canonical JSON out", "ns", nameof(CrossingBenchmarks.Canonicalize1024), nameof(CrossingBenchmarks.Managed1024), "System.Text.Json"),
        ("1 KiB event: canonical JSON, hash, signature, event ID", "us", nameof(SealBenchmarks.Native), nameof(SealBenchmarks.ManagedWithLibsodium), "System.Text.Json and NSec (libsodium)"),
        ("1 KiB event, against managed code alone", "us", nameof(SealBenchmarks.Native), nameof(SealBenchmarks.ManagedWithBouncyCastle), "System.Text.Json and BouncyCastle"),
        ("Olm: account, one-time key, session on both sides, first message of 1 KiB", "us", nameof(OlmBenchmarks.SetUpSession), nameof(OlmBenchmarks.SetUpSessionWithLibolm), Libolm),
        ("Olm: 1 KiB there and back", "us", nameof(OlmBenchmarks.RoundTrip), nameof(OlmBenchmarks.RoundTripWithLibolm), Libolm),
        ("Megolm: encrypt 1 KiB", "us", nameof(MegolmBenchmarks.Encrypt), nameof(MegolmBenchmarks.EncryptWithLibolm), Libolm),
        ("Megolm: decrypt 1 KiB, in order", "us", nameof(MegolmBenchmarks.Decrypt), nameof(MegolmBenchmarks.DecryptWithLibolm), Libolm),
    ];

    /// <summary>The rows of what ran.</summary>
    public static IReadOnlyList<SummaryRow> Rows(IEnumerable<Summary> summaries)
    {
        // In nanoseconds.
        var means = summaries.SelectMany(summary => summary.Reports)
            .Where(report => report.ResultStatistics is not null)
            .ToDictionary(report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name, report => report.ResultStatistics!.Mean, StringComparer.Ordinal);
        return
        [
            .. Pairs.Where(pair => means.ContainsKey(pair.Hybrid)).Select(pair =>
            {
                var factor = pair.Unit == "us" ? 1000 : 1;
                double? baseline = pair.Baseline is { } method && means.TryGetValue(method, out var mean) ? mean / factor : null;
                return SummaryRow.Of(pair.Name, pair.Unit, means[pair.Hybrid] / factor, baseline, pair.BaselineName);
            }),
        ];
    }
}
