using System.CommandLine;
using System.Globalization;
using Hybrid.Storage.Postgres.Engine;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid migrate</c>: moves a server from SQLite to PostgreSQL.</summary>
static class MigrateCommand
{
    public static Command Create(MigrateHandler migrate, IReadOnlyDictionary<string, string> environment)
    {
        var to = new Option<string>("--to")
        {
            Description = "Where to: an empty PostgreSQL database, postgres://user:password@host/database.",
            HelpName = "URL",
            Required = true,
        };
        var file = CommandLine.ConfigurationFile();
        var command = new Command(
            "migrate", "Copies the SQLite database of a server that does not run into PostgreSQL, and compares both. Run it again when it was interrupted: it goes on.")
        {
            to,
            file,
        };
        CommandLine.SetAction(command, file, environment, async (loaded, parsed, cancellationToken) =>
        {
            var target = Target(parsed.GetRequiredValue(to));
            var output = parsed.InvocationConfiguration.Output;
            var display = new MigrationProgress(output, output == Console.Out && !Console.IsOutputRedirected, TimeProvider.System);
            var rows = await migrate(loaded.Settings, target, display.Show, cancellationToken);
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                {rows} rows are the same in both databases. Media and keys stay in {loaded.Settings.DataFolder}.
                Put this into the configuration, with the password and options of --to, and start the server:
                database = "{target}"
                """));
            return 0;
        });
        return command;
    }

    static PostgresAddress Target(string url)
    {
        try
        {
            return PostgresAddress.Parse(url);
        }
        catch (FormatException wrong)
        {
            throw new CommandException($"--to: {wrong.Message}.");
        }
    }
}
