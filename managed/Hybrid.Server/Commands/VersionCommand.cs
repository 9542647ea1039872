using System.CommandLine;
using System.Reflection;
using Hybrid.Server.Configuration;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid version</c>.</summary>
public static class VersionCommand
{
    /// <summary>The version of this build, such as <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    internal static Command Create(Func<HybridSettings, string>? describeDatabase, IReadOnlyDictionary<string, string> environment)
    {
        var database = new Option<bool>("--database") { Description = "Also says which version opened the database last." };
        var file = CommandLine.ConfigurationFile();
        var command = new Command("version", "Prints the version.");
        command.SetAction(async (parsed, _) =>
        {
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"hybrid {Version}");
            return 0;
        });
        if (describeDatabase is null)
            return command;

        command.Add(database);
        command.Add(file);
        CommandLine.SetAction(command, file, environment, (loaded, parsed, _) => BackupCommand.RefusingAsync(async () =>
        {
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"hybrid {Version}");
            if (parsed.GetValue(database))
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"database {describeDatabase(loaded.Settings)}");
            return 0;
        }));
        return command;
    }
}
