using System.CommandLine;
using Hybrid.Server.Configuration;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid serve</c>: runs the server in the foreground.</summary>
static class ServeCommand
{
    public static Command Create(ServeHandler serve, IReadOnlyDictionary<string, string> environment)
    {
        var file = CommandLine.ConfigurationFile();
        var command = new Command("serve", "Runs the server until SIGTERM or Ctrl+C.") { file };
        CommandLine.SetAction(command, file, environment, (loaded, parsed, cancellationToken) => serve(
            new ServeRequest(loaded.Settings, parsed.GetValue(file), SettingsLoader.UnknownVariables(environment)), cancellationToken));
        return command;
    }
}
