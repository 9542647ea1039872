using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace Hybrid.Server.Configuration;

/// <summary>Reads a TOML file into the values of settings, with the line of each.</summary>
static class SettingsFile
{
    /// <returns>The values by key. What is wrong with the file goes to <paramref name="problems"/>.</returns>
    public static Dictionary<string, SettingValue> Read(string path, List<string> problems)
    {
        var values = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add($"The configuration file '{path}' cannot be read: {error.Message}");
            return values;
        }

        var document = SyntaxParser.Parse(text, path, true);
        foreach (var diagnostic in document.Diagnostics)
            problems.Add($"{Place(path, diagnostic.Span)}: this is not TOML: {diagnostic.Message}");
        if (problems.Count > 0)
            return values;

        foreach (var table in document.Tables)
            problems.Add($"{Place(path, table.Span)}: there is no table [{table.Name}]; settings stand at the top level.");
        foreach (var pair in document.KeyValues)
        {
            var key = pair.Key!.ToString().Trim();
            var place = Place(path, pair.Span);
            if (SettingTable.All.All(setting => setting.Key != key))
                problems.Add($"{place}: there is no setting '{key}'; `hybrid config --reference` lists them.");
            else if (Read(pair.Value!, place) is { } value)
                values[key] = value;
            else
                problems.Add($"{place}: '{key}' must be a string, an integer, a boolean, or an array of strings.");
        }

        return values;
    }

    static SettingValue? Read(ValueSyntax value, string place)
    {
        if (value is not ArraySyntax array)
            return Scalar(value) is { } text ? new SettingValue([text], IsArray: false, place) : null;

        var items = array.Items.Select(item => (item.Value as StringValueSyntax)?.Value).OfType<string>().ToList();
        return items.Count == array.Items.ChildrenCount ? new SettingValue(items, IsArray: true, place) : null;
    }

    static string? Scalar(ValueSyntax value) => value switch
    {
        StringValueSyntax text => text.Value,
        IntegerValueSyntax number => number.Value.ToString(CultureInfo.InvariantCulture),
        BooleanValueSyntax boolean => boolean.Value ? "true" : "false",
        _ => null,
    };

    static string Place(string path, SourceSpan span) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}:{span.Start.Line + 1}");
}
