using Hybrid.Backup.Repository;
using Hybrid.Native;
using Hybrid.Storage.Backup;

namespace Hybrid.Backup.Restoring;

/// <summary>Puts a snapshot into an empty data folder, and proves that it is whole.</summary>
public static class RestoreRun
{
    /// <summary>Restores into <see cref="BackupSource.DataFolder"/> of <paramref name="target"/>. What it has made is deleted again when it fails.</summary>
    /// <exception cref="BackupException">The folder is not empty, the snapshot is damaged or of another engine, or the database does not pass its check.</exception>
    public static async Task<RestoreReport> RunAsync(BackupRepository repository, Manifest manifest, BackupSource target, CancellationToken cancellationToken)
    {
        if (Directory.Exists(target.DataFolder) && Directory.EnumerateFileSystemEntries(target.DataFolder).Any())
            throw new BackupException($"{target.DataFolder}: the data folder is not empty; restore into a new one");
        if (manifest.Engine != target.Database.Engine)
            throw new BackupException($"snapshot {manifest.Id} is of the database engine {manifest.Engine}, and the setting database names {target.Database.Engine}");

        DurableFile.CreateFolder(target.DataFolder);
        try
        {
            return await FillAsync(repository, manifest, target, cancellationToken);
        }
        catch
        {
            foreach (var entry in new DirectoryInfo(target.DataFolder).EnumerateFileSystemInfos())
            {
                if (entry is DirectoryInfo folder)
                    folder.Delete(recursive: true);
                else
                    entry.Delete();
            }

            throw;
        }
    }

    static async Task<RestoreReport> FillAsync(BackupRepository repository, Manifest manifest, BackupSource target, CancellationToken cancellationToken)
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in manifest.Files.Where(static file => file.Kind != FileKind.Database))
            await WriteAsync(repository, target, file, folders, cancellationToken);

        DatabasePart[] parts =
        [
            .. manifest.Files.Where(static file => file.Kind == FileKind.Database)
                .Select(file => new DatabasePart(file.Path, () => new ChunkStream(repository.Chunks, file))),
        ];
        await target.Database.RestoreAsync(parts, cancellationToken);
        var wrong = await target.Database.CheckAsync(cancellationToken);
        if (wrong.Count > 0)
            throw new BackupException($"the restored database is damaged: {wrong[0]}{(wrong.Count > 1 ? $" (and {wrong.Count - 1} more)" : "")}");

        var media = await target.Database.ReadMediaAsync(cancellationToken);
        foreach (var folder in folders)
            DirectorySync.Flush(folder);
        DirectorySync.Flush(target.DataFolder);
        return new RestoreReport(manifest, media.Count, target.MediaIsElsewhere ? [] : [.. media.Select(target.MediaPath).Where(path => !File.Exists(target.FullPath(path)))]);
    }

    static async Task WriteAsync(
        BackupRepository repository, BackupSource target, ManifestFile file, HashSet<string> folders, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(target.FullPath(file.Path));
        // A manifest is not trusted to stay in the folder.
        if (!path.StartsWith(Path.GetFullPath(target.DataFolder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new BackupException($"the snapshot's path '{file.Path}' leads out of the data folder");

        for (var folder = Path.GetDirectoryName(path)!; folders.Add(folder) && folder.Length > Path.GetFullPath(target.DataFolder).Length; folder = Path.GetDirectoryName(folder)!)
            DurableFile.CreateFolder(folder);
        await using var content = new ChunkStream(repository.Chunks, file);
        await using var restored = new FileStream(path, DurableFile.OwnerOnly(FileMode.CreateNew));
        await content.CopyToAsync(restored, cancellationToken);
        restored.Flush(flushToDisk: true);
    }
}

/// <param name="Manifest">The snapshot.</param>
/// <param name="Media">How many media files the database names.</param>
/// <param name="MissingMedia">The paths of those that are not there.</param>
public sealed record RestoreReport(Manifest Manifest, int Media, IReadOnlyList<string> MissingMedia);
