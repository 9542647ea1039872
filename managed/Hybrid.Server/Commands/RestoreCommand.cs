using System.CommandLine;
using Hybrid.Backup.Repository;
using Hybrid.Backup.Restoring;
using Hybrid.Server.Configuration;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid restore</c>: puts a snapshot into a new data folder, and proves that it is whole.</summary>
static class RestoreCommand
{
    public static Command Create(BackupPorts ports, IReadOnlyDictionary<string, string> environment)
    {
        var from = new Option<string>("--from") { Description = "The folder of the backup.", HelpName = "FOLDER", Required = true };
        var snapshot = new Option<string?>("--snapshot") { Description = "Which snapshot; the newest if not given.", HelpName = "ID" };
        var data = new Option<string>("--data") { Description = "The data folder to fill; it must be empty, or not be there.", HelpName = "FOLDER", Required = true };
        var file = CommandLine.ConfigurationFile();
        var command = new Command("restore", "Restores a snapshot into an empty data folder and checks everything that it restored.") { from, snapshot, data, file };
        CommandLine.SetAction(command, file, environment, (loaded, parsed, cancellationToken) => BackupCommand.RefusingAsync(async () =>
        {
            var settings = Into(loaded.Settings, parsed.GetRequiredValue(data));
            using var repository = BackupRepository.OpenForReading(parsed.GetRequiredValue(from));
            var manifest = repository.Read(parsed.GetValue(snapshot));
            var report = await RestoreRun.RunAsync(repository, manifest, ports.Describe(settings), cancellationToken);
            ports.CheckKeys(settings);

            var console = parsed.InvocationConfiguration;
            await console.Output.WriteLineAsync(
                $"""
                restored  {manifest.Id} of {manifest.ServerName}, taken by {manifest.Program}
                database  whole, and up to date with this version
                keys      can be read
                media     {report.Media - report.MissingMedia.Count} of {report.Media} files
                """);
            foreach (var path in report.MissingMedia)
                await console.Error.WriteLineAsync($"hybrid: missing: {path}");
            return report.MissingMedia.Count == 0 ? 0 : BackupCommand.Incomplete;
        }));
        return command;
    }

    // A database file in the data folder that is in use now stays there; the restored one goes into the new folder.
    static HybridSettings Into(HybridSettings settings, string folder) =>
        settings with { DataFolder = folder, DatabasePath = Path.Combine(folder, SettingTable.DatabaseFile) };
}
