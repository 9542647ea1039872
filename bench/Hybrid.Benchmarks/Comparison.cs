using BenchmarkDotNet.Reports;
using Hybrid.Bench;

namespace Hybrid.Benchmarks;

/// <summary>Which benchmark stands beside which in the summary.</summary>
static class Comparison
{
    const string Libolm = "libolm (Debian's libolm3)";

    // Name, unit, Hybrid's method, the method that it is compared with, and what that is.
    static readonly (string Name, string Unit, string Hybrid, string Baseline, string BaselineName)[] Pairs =
    [
        ("P/Invoke: call without arguments", "ns", nameof(CrossingBenchmarks.Noop), nameof(CrossingBenchmarks.ManagedCall), "a managed call that is not inlined"),
        ("P/Invoke: 64 B of JSON in, canonical JSON out", "ns", nameof(CrossingBenchmarks.Canonicalize64), nameof(CrossingBenchmarks.Managed64), "System.Text.Json"),
        ("P/Invoke: 1 KiB of JSON in, canonical JSON out", "ns", nameof(CrossingBenchmarks.Canonicalize1024), nameof(CrossingBenchmarks.Managed1024), "System.Text.Json"),
        ("P/Invoke: 1 KiB of JSON in, canonical JSON out, without the copy", "ns", nameof(CrossingBenchmarks.Call1024), nameof(CrossingBenchmarks.WorkOf1024), "the native work alone"),
        ("1 KiB event: canonical JSON, hash, signature, event ID, against the least of it", "us", nameof(SealBenchmarks.Native), nameof(SealBenchmarks.HashAndSign), "its SHA-256 and Ed25519 signing alone, in one native call"),
        ("1 KiB event: canonical JSON, hash, signature, event ID", "us", nameof(SealBenchmarks.Native), nameof(SealBenchmarks.ManagedWithLibsodium), "System.Text.Json and NSec (libsodium)"),
        ("1 KiB event, against managed code alone", "us", nameof(SealBenchmarks.Native), nameof(SealBenchmarks.ManagedWithBouncyCastle), "System.Text.Json and BouncyCastle"),
        ("push rules: a message, default rules", "us", nameof(PushBenchmarks.DefaultRules), nameof(PushBenchmarks.DefaultRulesOneByOne), "one member after the other"),
        ("push rules: a message, ten mentioned", "us", nameof(PushBenchmarks.DefaultRulesTenMentioned), nameof(PushBenchmarks.DefaultRulesTenMentionedOneByOne), "one member after the other"),
        ("push rules: a message, mixed rules", "us", nameof(PushBenchmarks.MixedRules), nameof(PushBenchmarks.MixedRulesOneByOne), "one member after the other"),
        ("send_join of 10 000 events: format, signatures, hashes, IDs", "ms", nameof(ReceivedBenchmarks.InOneCall), nameof(ReceivedBenchmarks.OneByOne), "one event after the other, a call for each check"),
        ("authorization of a message", "us", nameof(AuthorizationBenchmarks.Check), nameof(AuthorizationBenchmarks.SignatureWithLibsodium), "NSec (libsodium) checks its signature"),
        ("Olm: account, one-time key, session on both sides, first message of 1 KiB", "us", nameof(OlmBenchmarks.SetUpSession), nameof(OlmBenchmarks.SetUpSessionWithLibolm), Libolm),
        ("Olm: 1 KiB there and back", "us", nameof(OlmBenchmarks.RoundTrip), nameof(OlmBenchmarks.RoundTripWithLibolm), Libolm),
        ("Megolm: encrypt 1 KiB", "us", nameof(MegolmBenchmarks.Encrypt), nameof(MegolmBenchmarks.EncryptWithLibolm), Libolm),
        ("Megolm: decrypt 1 KiB, in order", "us", nameof(MegolmBenchmarks.Decrypt), nameof(MegolmBenchmarks.DecryptWithLibolm), Libolm),
    ];

    // What calls with 1 KiB cost on top of the native work, which only a difference shows.
    static IEnumerable<SummaryRow> Crossings(Dictionary<string, Dictionary<string, double>> means)
    {
        if (means.Values.FirstOrDefault(static run => run.ContainsKey(nameof(CrossingBenchmarks.WorkOf1024))) is not { } run
            || !run.TryGetValue(nameof(CrossingBenchmarks.Noop), out var noop))
        {
            yield break;
        }

        var work = run[nameof(CrossingBenchmarks.WorkOf1024)];
        const string Beside = "a call without arguments";
        yield return SummaryRow.Of(
            "P/Invoke: 1 KiB in and out, on top of the native work", "ns", run[nameof(CrossingBenchmarks.Call1024)] - work, noop, Beside);
        yield return SummaryRow.Of(
            "P/Invoke: 1 KiB in and out, copied to a new array, on top of the native work", "ns", run[nameof(CrossingBenchmarks.Canonicalize1024)] - work, noop, Beside);
    }

    /// <summary>The rows of what ran.</summary>
    public static IReadOnlyList<SummaryRow> Rows(IEnumerable<Summary> summaries)
    {
        // In nanoseconds, by the parameters of the benchmark and its method.
        var means = summaries.SelectMany(static summary => summary.Reports)
            .Where(static report => report.ResultStatistics is not null)
            .ToLookup(static report => report.BenchmarkCase.Parameters.DisplayInfo, StringComparer.Ordinal)
            .ToDictionary(static run => run.Key, static run => run.ToDictionary(
                static report => report.BenchmarkCase.Descriptor.WorkloadMethod.Name, static report => report.ResultStatistics!.Mean, StringComparer.Ordinal));
        return
        [
            .. Crossings(means),
            .. Pairs.SelectMany(pair => means.Where(run => run.Value.ContainsKey(pair.Hybrid)).Select(run =>
            {
                var factor = pair.Unit switch { "ms" => 1_000_000, "us" => 1000, _ => 1 };
                double? baseline = run.Value.TryGetValue(pair.Baseline, out var mean) ? mean / factor : null;
                var name = run.Key.Length == 0 ? pair.Name : $"{pair.Name} {run.Key}";
                return SummaryRow.Of(name, pair.Unit, run.Value[pair.Hybrid] / factor, baseline, pair.BaselineName);
            })),
        ];
    }
}
