using Hybrid.Backup;
using Hybrid.Media.Content;
using Hybrid.Server.Commands;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Postgres.Backup;
using Hybrid.Storage.Sqlite.Backup;
using Hybrid.Storage.Sqlite.Engine;

namespace Hybrid.Server.Composition;

/// <summary>What backup and restore need to know of this server: where its files are, and its engine's part.</summary>
static class BackupComposition
{
    public static BackupPorts Ports { get; } = new(Describe, static settings => SigningKeyFile.Check(settings.DataFolder));

    /// <summary>A line about the database: which version opened it last.</summary>
    public static string DescribeDatabase(HybridSettings settings) => settings.Postgres is { } address
        ? $"{address}: hybrid version --database knows SQLite"
        : SqliteDatabase.Describe(settings.DatabasePath);

    static BackupSource Describe(HybridSettings settings) => new()
    {
        ServerName = settings.ServerName.Value,
        Program = $"hybrid {VersionCommand.Version}",
        DataFolder = settings.DataFolder,
        Database = settings.Postgres is { } address ? new PostgresArchive(address) : new SqliteArchive(settings.DatabasePath),
        Keys = File.Exists(Path.Combine(settings.DataFolder, SigningKeyFile.PolicyName)) ? [SigningKeyFile.Name, SigningKeyFile.PolicyName] : [SigningKeyFile.Name],
        MediaPath = static hash => $"{HybridServices.MediaFolder}/{LocalContentStore.RelativePath(hash)}",
        MediaIsElsewhere = settings.MediaObjects.Bucket is not null,
    };
}
