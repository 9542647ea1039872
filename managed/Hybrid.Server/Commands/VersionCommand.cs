using System.CommandLine;
using System.Reflection;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid version</c>.</summary>
public static class VersionCommand
{
    /// <summary>The version of this build, such as <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    internal static Command Create()
    {
        var command = new Command("version", "Prints the version.");
        command.SetAction(async (parsed, _) =>
        {
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"hybrid {Version}");
            return 0;
        });
        return command;
    }
}
