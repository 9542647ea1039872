using System.CommandLine;
using System.Globalization;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid fsck</c>: checks what is stored.</summary>
static class FsckCommand
{
    public static Command Create(CheckStoreHandler check, IReadOnlyDictionary<string, string> environment)
    {
        var file = CommandLine.ConfigurationFile();
        var command = new Command(
            "fsck", "Checks the database, every event and every state map, while the server runs or while it does not. Exit code 1 means damage.")
        {
            file,
        };
        CommandLine.SetAction(command, file, environment, async (loaded, parsed, cancellationToken) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var result = await check(loaded.Settings, problem => output.WriteLine(problem), cancellationToken);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Rooms} rooms, {result.Events} events, {result.Maps} state maps of {result.Nodes} nodes: {(result.Problems == 0 ? "no" : result.Problems)} problems"));
            return result.Problems == 0 ? 0 : 1;
        });
        return command;
    }
}
