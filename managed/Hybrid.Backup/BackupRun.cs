using Hybrid.Backup.Repository;

namespace Hybrid.Backup;

/// <summary>
/// Takes a snapshot of a server that may be running.
/// </summary>
/// <remarks>
/// The database comes first, then the media files that this copy names. An upload is a file before it is a row, so every row in the copy
/// had its file when the copy was made; the other way around, an upload in between would be a row without a file. A deletion is the
/// reverse: first the row goes, then the file. A file that the copy names can therefore be gone when its turn comes. Then the database
/// is copied once more: its new copy no longer names that file. A file that two copies name and that is not there is missing for good,
/// and the snapshot says so.
/// The signing key never changes, so its turn does not matter.
/// </remarks>
public static class BackupRun
{
    const int MostCopies = 3;

    /// <exception cref="BackupException">The folder is in use, is no backup, or holds the backup of another server.</exception>
    public static async Task<BackupReport> RunAsync(BackupSource source, BackupRepository repository, TimeProvider time, CancellationToken cancellationToken)
    {
        var previous = repository.Ids().Count == 0 ? null : repository.Read(null);
        if (previous is not null && previous.ServerName != source.ServerName)
            throw new BackupException($"the folder holds the backup of {previous.ServerName}, not of {source.ServerName}");

        var known = previous?.Files.Where(static file => file.Kind == FileKind.Media).ToDictionary(static file => file.Path, StringComparer.Ordinal) ?? [];
        using var writer = new ChunkWriter(repository.Chunks);
        var copy = await CopyAsync();
        IReadOnlyList<string> missing = [];
        for (var copies = 1; copies < MostCopies && copy.Missing.Except(missing).Any(); copies++)
        {
            missing = copy.Missing;
            copy = await CopyAsync();
        }

        var keys = new List<ManifestFile>();
        foreach (var key in source.Keys)
        {
            await using var file = File.OpenRead(source.FullPath(key));
            keys.Add(await writer.AddAsync(FileKind.Key, key, file, Chunking.DatabaseChunk, cancellationToken));
        }

        await writer.CompleteAsync();
        var manifest = repository.Publish(new Manifest
        {
            Format = Manifest.CurrentFormat,
            Id = repository.NextId(copy.Time),
            Time = copy.Time,
            Program = source.Program,
            ServerName = source.ServerName,
            Engine = source.Database.Engine,
            Files = [.. copy.Database, .. keys, .. copy.Media],
            Lacking = [.. copy.Missing.Select(hash => $"{source.MediaPath(hash)}: missing"), .. copy.Damaged.Select(path => $"{path}: damaged")],
        });
        return new BackupReport(manifest, writer.Added, writer.Written);

        async Task<Copy> CopyAsync()
        {
            var result = new Copy { Time = time.GetUtcNow() };
            await using var snapshot = await source.Database.TakeAsync(repository.Temporary, cancellationToken);
            foreach (var part in snapshot.Parts)
            {
                await using var content = part.Open();
                result.Database.Add(await writer.AddAsync(FileKind.Database, part.Name, content, Chunking.DatabaseChunk, cancellationToken));
            }

            foreach (var hash in await snapshot.ReadMediaAsync(cancellationToken))
                await AddMediaAsync(hash, result);
            return result;
        }

        async Task AddMediaAsync(string hash, Copy result)
        {
            var path = source.MediaPath(hash);
            // A media file never changes under its name, so one that an earlier snapshot has is not read again.
            if (known.TryGetValue(path, out var stored) && stored.Chunks.All(repository.Chunks.Contains))
            {
                result.Media.Add(stored);
                return;
            }

            try
            {
                await using var content = File.OpenRead(source.FullPath(path));
                var file = await writer.AddAsync(FileKind.Media, path, content, Chunking.MediaChunk, cancellationToken);
                if (file.Sha256 == hash)
                    result.Media.Add(known[path] = file);
                else
                    result.Damaged.Add(path);
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                if (!source.MediaIsElsewhere)
                    result.Missing.Add(hash);
            }
        }
    }

    sealed class Copy
    {
        public required DateTimeOffset Time { get; init; }

        public List<ManifestFile> Database { get; } = [];

        public List<ManifestFile> Media { get; } = [];

        public List<string> Missing { get; } = [];

        public List<string> Damaged { get; } = [];
    }
}

/// <param name="Manifest">The snapshot that was taken.</param>
/// <param name="Added">How many chunks were new.</param>
/// <param name="Written">The bytes that they take in the backup.</param>
public sealed record BackupReport(Manifest Manifest, int Added, long Written);
