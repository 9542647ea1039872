using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hybrid.Bench;

/// <summary>One measured number beside what it is compared with.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Unit">Of both numbers; less is better.</param>
/// <param name="Hybrid">Hybrid's number.</param>
/// <param name="Baseline">The other's, if there is one.</param>
/// <param name="BaselineName">What the other is.</param>
/// <param name="Ratio">How many times less Hybrid takes: the baseline divided by Hybrid's number.</param>
sealed record SummaryRow(string Name, string Unit, double Hybrid, double? Baseline, string? BaselineName, double? Ratio)
{
    public static SummaryRow Of(string name, string unit, double hybrid, double? baseline, string? baselineName) => new(
        name, unit, Math.Round(hybrid, 3), baseline is { } number ? Math.Round(number, 3) : null, baseline is null ? null : baselineName,
        hybrid > 0 && baseline is { } other ? Math.Round(other / hybrid, 2) : null);
}

/// <summary>The file <c>artifacts/bench/summary.json</c>, to which every program of <c>bench/</c> adds its rows.</summary>
static class BenchmarkSummary
{
    /// <summary>The folder of the repository that the program runs in, or null.</summary>
    public static string? FindRepository()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hybrid.sln")))
                return folder.FullName;
        }

        return null;
    }

    /// <summary>Writes the rows, in place of those of the same names, and returns the file's path.</summary>
    public static string Write(string repository, IReadOnlyCollection<SummaryRow> rows)
    {
        var path = Path.Combine(repository, "artifacts", "bench", "summary.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        SummaryRow[] before = File.Exists(path)
            ? JsonSerializer.Deserialize(File.ReadAllBytes(path), SummaryContext.Default.SummaryRowArray) ?? []
            : [];
        SummaryRow[] after = [.. before.Where(row => rows.All(other => other.Name != row.Name)), .. rows];
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(after, SummaryContext.Default.SummaryRowArray));
        return path;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(SummaryRow[]))]
sealed partial class SummaryContext : JsonSerializerContext;
