using System.CommandLine;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid keys rotate</c>: gives the server a new key to sign with (server-server API, "Publishing Keys").</summary>
static class KeysCommand
{
    public static Command Create(RotateKeyHandler rotate, IReadOnlyDictionary<string, string> environment) =>
        new("keys", "Manages the keys that the server signs with.")
        {
            RotateCommand(rotate, environment),
        };

    static Command RotateCommand(RotateKeyHandler rotate, IReadOnlyDictionary<string, string> environment)
    {
        var file = CommandLine.ConfigurationFile();
        var command = new Command(
            "rotate", "Makes a new key and prints its ID. The server must not be running; it then publishes the old key as one of the past, for what it signed.")
        {
            file,
        };
        CommandLine.SetAction(command, file, environment, async (loaded, parsed, _) =>
        {
            await parsed.InvocationConfiguration.Output.WriteLineAsync(rotate(loaded.Settings));
            return 0;
        });
        return command;
    }
}
