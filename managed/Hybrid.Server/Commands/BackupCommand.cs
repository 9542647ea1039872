using System.CommandLine;
using System.Data.Common;
using System.Globalization;
using Hybrid.Backup;
using Hybrid.Backup.Repository;
using Hybrid.Storage;

namespace Hybrid.Server.Commands;

/// <summary><c>hybrid backup</c>: takes snapshots of a server that may be running, and looks after them.</summary>
static class BackupCommand
{
    /// <summary>The exit code when a snapshot was taken and media that the database names are not in it.</summary>
    public const int Incomplete = 3;

    public static Command Create(BackupPorts ports, IReadOnlyDictionary<string, string> environment)
    {
        var to = new Option<string>("--to") { Description = "The folder of the backup; made by the first.", HelpName = "FOLDER", Required = true };
        var keep = new Option<int?>("--keep") { Description = "Afterwards keeps the newest N snapshots and deletes what only older ones need.", HelpName = "N" };
        keep.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var number) && number < 1)
                result.AddError("--keep must be 1 or more.");
        });
        var list = new Option<bool>("--list") { Description = "Takes none; lists the snapshots that there are." };
        var verify = new Option<bool>("--verify") { Description = "Takes none; reads a snapshot, all of it, and holds it against its hashes." };
        var snapshot = new Option<string?>("--snapshot") { Description = "Which one to verify; the newest if not given.", HelpName = "ID" };
        var file = CommandLine.ConfigurationFile();
        var command = new Command("backup", "Takes a snapshot of database, media and keys, while the server runs or not; after the first, only what changed.")
        {
            to,
            keep,
            list,
            verify,
            snapshot,
            file,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(list) && result.GetValue(verify))
                result.AddError("--list and --verify do not go together.");
            if (result.GetValue(keep) is not null && (result.GetValue(list) || result.GetValue(verify)))
                result.AddError("--keep goes with taking a snapshot only.");
        });
        CommandLine.SetAction(command, file, environment, (loaded, parsed, cancellationToken) => RefusingAsync(async () =>
        {
            var folder = parsed.GetRequiredValue(to);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(list))
                return await ListAsync(folder, output);
            return parsed.GetValue(verify)
                ? await VerifyAsync(folder, parsed.GetValue(snapshot), parsed.InvocationConfiguration, cancellationToken)
                : await TakeAsync(ports.Describe(loaded.Settings), folder, parsed.GetValue(keep), parsed.InvocationConfiguration, cancellationToken);
        }));
        return command;
    }

    /// <summary>Turns what can go wrong with files and databases into the one line that the operator gets.</summary>
    public static async Task<int> RefusingAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception exception) when (exception is BackupException or StoreUnavailableException or InvalidDataException or IOException or UnauthorizedAccessException or DbException)
        {
            throw new CommandException(exception.Message);
        }
    }

    /// <summary>Bytes for people.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.0} GiB"),
    };

    static async Task<int> TakeAsync(BackupSource source, string folder, int? keep, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        using var repository = BackupRepository.OpenForWriting(folder);
        var report = await BackupRun.RunAsync(source, repository, TimeProvider.System, cancellationToken);
        var manifest = report.Manifest;
        await console.Output.WriteLineAsync(
            $"snapshot  {manifest.Id}\nholds     {Summary(manifest)}\nwritten   {Size(report.Written)} in {report.Added} chunks");
        if (keep is { } newest)
        {
            var pruned = repository.Prune(newest);
            await console.Output.WriteLineAsync($"dropped   {pruned.Snapshots} snapshots, {Size(pruned.Bytes)} in {pruned.Chunks} chunks");
        }

        foreach (var line in manifest.Lacking)
            await console.Error.WriteLineAsync($"hybrid: not in the snapshot: {line}");
        return manifest.Lacking.Count == 0 ? 0 : Incomplete;
    }

    static async Task<int> ListAsync(string folder, TextWriter output)
    {
        using var repository = BackupRepository.OpenForReading(folder);
        foreach (var manifest in repository.Ids().Select(repository.Read))
            await output.WriteLineAsync($"{manifest.Id}  {manifest.ServerName}  {manifest.Program}  {manifest.Engine}  {Summary(manifest)}");
        return 0;
    }

    static async Task<int> VerifyAsync(string folder, string? id, InvocationConfiguration console, CancellationToken cancellationToken)
    {
        using var repository = BackupRepository.OpenForReading(folder);
        var manifest = repository.Read(id);
        var problems = BackupVerification.Run(repository, manifest, cancellationToken);
        foreach (var problem in problems)
            await console.Error.WriteLineAsync($"hybrid: {problem}");
        if (problems.Count > 0)
            return 1;

        await console.Output.WriteLineAsync($"snapshot  {manifest.Id}\nverified  {Summary(manifest)}");
        return 0;
    }

    static string Summary(Manifest manifest)
    {
        var database = manifest.Files.Where(static file => file.Kind == FileKind.Database).Sum(static file => file.Length);
        var media = manifest.Files.Where(static file => file.Kind == FileKind.Media).ToList();
        return $"database {Size(database)}, {media.Count} media files {Size(media.Sum(static file => file.Length))}";
    }
}
