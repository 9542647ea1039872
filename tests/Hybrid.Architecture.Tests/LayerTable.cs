using System.Globalization;
using System.Text.RegularExpressions;

namespace Hybrid.Architecture.Tests;

/// <summary>The table "Layers of managed/" of docs/architecture.md: the projects with the layers that it puts them in.</summary>
static partial class LayerTable
{
    public static IReadOnlyDictionary<string, int> Read(string markdown)
    {
        var heading = markdown.IndexOf("## Layers of `managed/`", StringComparison.Ordinal);
        Assert.True(heading >= 0, "docs/architecture.md has no section 'Layers of `managed/`' any more.");
        var end = markdown.IndexOf("\n## ", heading + 1, StringComparison.Ordinal);
        var section = end < 0 ? markdown[heading..] : markdown[heading..end];
        return Row().Matches(section)
            .SelectMany(row => Project().Matches(row.Groups["projects"].Value).Select(project => (
                Name: project.Groups["name"].Value,
                Layer: int.Parse(row.Groups["layer"].Value, CultureInfo.InvariantCulture))))
            .ToDictionary(project => project.Name, project => project.Layer, StringComparer.Ordinal);
    }

    [GeneratedRegex("""^\|\s*(?<layer>\d+)\s*\|(?<projects>.*)\|\s*$""", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("""`(?<name>Hybrid(\.\w+)+)`""")]
    private static partial Regex Project();
}
