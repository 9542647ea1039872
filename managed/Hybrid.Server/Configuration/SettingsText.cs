using System.Globalization;
using System.Text;

namespace Hybrid.Server.Configuration;

/// <summary>The settings as text: the effective ones as TOML, the whole table as help and as docs/configuration.md.</summary>
static class SettingsText
{
    public const string Mask = "********";

    /// <summary>A TOML file that says the same, secrets masked, each value with its origin.</summary>
    public static string Effective(LoadedSettings loaded)
    {
        var text = new StringBuilder();
        foreach (var setting in SettingTable.All)
        {
            var origin = loaded.Origins.GetValueOrDefault(setting.Key, "default");
            var value = setting.Show(loaded.Settings);
            if (value is null)
                text.Append(CultureInfo.InvariantCulture, $"# {setting.Key} is not set\n");
            else
                text.Append(CultureInfo.InvariantCulture, $"{setting.Key} = {(setting.Secret ? SettingSyntax.Quote(Mask) : value)} # {origin}\n");
        }

        return text.ToString();
    }

    /// <summary>One line for each setting.</summary>
    public static string Help()
    {
        var width = SettingTable.All.Max(setting => setting.EnvironmentVariable.Length);
        var text = new StringBuilder("Settings, as environment variables (in a file: the same in small letters, without HYBRID_):\n");
        foreach (var setting in SettingTable.All)
            text.Append(CultureInfo.InvariantCulture, $"  {setting.EnvironmentVariable.PadRight(width)}  {setting.Summary} [{setting.Default}]\n");
        return text.ToString();
    }

    /// <summary>The contents of docs/configuration.md.</summary>
    public static string Reference()
    {
        var text = new StringBuilder("""
            # Configuration

            Hybrid runs without any configuration. What differs from the defaults stands in a TOML file that is named on the command
            line (`hybrid serve --config hybrid.toml`), in environment variables, or in both: a variable overrides the file, and an
            empty variable counts as not set. Paths are relative to the folder in which the server is started.

            `hybrid config --config hybrid.toml` prints what is in force and where each value came from. A wrong value, and a key that
            does not exist, stop the server with a message that names the setting, its origin and what is allowed. This page is
            written by `hybrid config --reference`.

            ```toml
            server_name = "example.org"
            listen = ["http://127.0.0.1:8008"]
            registration = "token"
            ```


            """.ReplaceLineEndings("\n"));
        foreach (var setting in SettingTable.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"## `{setting.Key}`\n\n{setting.Summary}\n\n");
            text.Append(CultureInfo.InvariantCulture, $"- Environment variable: `{setting.EnvironmentVariable}`\n");
            text.Append(CultureInfo.InvariantCulture, $"- Allowed: {setting.Allowed}\n");
            text.Append(CultureInfo.InvariantCulture, $"- Default: {setting.Default}\n\n");
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }
}
