using System.Data.Common;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Postgres.Transfer;
using Hybrid.Storage.Sqlite.Transfer;
using Hybrid.Storage.Transfer;

namespace Hybrid.Server.Composition;

/// <summary>Moves a server that does not run from one engine to the other.</summary>
static class MigrationCommands
{
    public static async Task<long> MigrateAsync(
        HybridSettings settings, PostgresAddress target, Action<TransferProgress> progress, CancellationToken cancellationToken)
    {
        if (settings.Postgres is not null)
            throw new CommandException("The server of this configuration is on PostgreSQL already; hybrid migrate moves one away from SQLite.");

        // A folder that is not there would be made.
        if (!File.Exists(settings.DatabasePath))
            throw new CommandException($"There is no database '{settings.DatabasePath}'.");
        using var data = DataFolder.Hold(settings.DataFolder);
        try
        {
            await using var source = SqliteTableReader.Open(settings.DatabasePath);
            await using var writer = await PostgresTableWriter.OpenAsync(target, cancellationToken);
            return await new DatabaseTransfer(source, writer, progress).RunAsync(settings.ServerName.Value, cancellationToken);
        }
        catch (Exception exception) when (HybridApplication.IsUnusableDatabase(exception) || exception is DbException)
        {
            throw new CommandException($"{settings.DatabasePath} to {target}: {exception.Message.ReplaceLineEndings(" ")}");
        }
        catch (OperationCanceledException)
        {
            throw new CommandException("Interrupted. Run the same command again: it goes on where it stopped.");
        }
    }
}
