using System.Globalization;
using System.Text;

namespace Hybrid.LoadGenerator.Report;

/// <summary>A report as a Markdown table, readable in a terminal too.</summary>
static class ReportTable
{
    public static string Write(LoadReport report, LoadReport? baseline)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Server} on {report.Machine}, {report.Date}").AppendLine();
        string[] heads = ["scenario", "count", "failed", "per second", "p50 ms", "p90 ms", "p99 ms", "max ms", "CPU ms each"];
        List<string[]> rows = [baseline is null ? heads : [.. heads, $"CPU of {baseline.Server}"]];
        foreach (var scenario in report.Scenarios)
        {
            string[] row =
            [
                scenario.Name, Number(scenario.Count, 0), Number(scenario.Failures, 0), Number(scenario.PerSecond, 1),
                Number(scenario.P50Ms, 2), Number(scenario.P90Ms, 2), Number(scenario.P99Ms, 2), Number(scenario.MaxMs, 2), Number(scenario.CpuMsEach, 3),
            ];
            var other = baseline?.Scenarios.FirstOrDefault(candidate => candidate.Name == scenario.Name);
            rows.Add(baseline is null ? row : [.. row, Number(other?.CpuMsEach, 3)]);
        }

        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        for (var i = 0; i < rows.Count; i++)
        {
            AppendRow(text, rows[i], widths);
            if (i == 0)
                text.Append('|').AppendJoin('|', widths.Select((width, column) => column == 0 ? new string('-', width + 2) : new string('-', width + 1) + ':')).AppendLine("|");
        }

        text.AppendLine();
        foreach (var scenario in report.Scenarios.Where(scenario => scenario.FirstFailure is not null))
            text.AppendLine(CultureInfo.InvariantCulture, $"{scenario.Name} failed first with: {scenario.FirstFailure}");
        if (report.StartMs is { } start)
            text.AppendLine(CultureInfo.InvariantCulture, $"Ready after {start:0} ms.");
        if (report.RssIdleMib is { } idle)
            text.AppendLine(CultureInfo.InvariantCulture, $"Resident memory: {idle:0.0} MiB idle, {report.RssAfterMib:0.0} MiB after the run.");
        return text.ToString();
    }

    static void AppendRow(StringBuilder text, string[] cells, int[] widths)
    {
        text.Append('|');
        for (var i = 0; i < cells.Length; i++)
            text.Append(' ').Append(i == 0 ? cells[i].PadRight(widths[i]) : cells[i].PadLeft(widths[i])).Append(" |");
        text.AppendLine();
    }

    static string Number(double? value, int digits) => value?.ToString($"F{digits}", CultureInfo.InvariantCulture) ?? "–";
}
