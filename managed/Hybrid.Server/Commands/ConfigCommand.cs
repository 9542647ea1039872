using System.CommandLine;
using Hybrid.Server.Configuration;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid config</c>: shows the settings in force, or all that there are.</summary>
static class ConfigCommand
{
    public static Command Create(IReadOnlyDictionary<string, string> environment)
    {
        var file = CommandLine.ConfigurationFile();
        var reference = new Option<bool>("--reference") { Description = "Prints the page about every setting (docs/configuration.md) instead." };
        var command = new Command("config", "Prints the settings in force as TOML, each with its origin, secrets masked.")
        {
            file,
            reference,
        };
        CommandLine.SetAction(command, file, environment, async (loaded, parsed, _) =>
        {
            var text = parsed.GetValue(reference) ? SettingsText.Reference() : SettingsText.Effective(loaded);
            await parsed.InvocationConfiguration.Output.WriteAsync(text);
            return 0;
        });
        return command;
    }
}
