using System.Globalization;
using System.Text.Json;
using Hybrid.Native;

namespace Hybrid.Backup.Repository;

/// <summary>
/// A folder of snapshots:
/// <code>
/// lock                  held by whoever works on it
/// chunks/ab/abcdef…     the bytes, each piece once (<see cref="ChunkStore"/>)
/// snapshots/ID.json     what a snapshot is made of (<see cref="Manifest"/>)
/// temporary/…           being written; emptied by the next backup
/// </code>
/// </summary>
public sealed class BackupRepository : IDisposable
{
    const string IdFormat = "yyyyMMdd'T'HHmmss'Z'";
    const string LockName = "lock";

    readonly FileStream _lock;
    readonly string _folder;
    readonly string _snapshots;

    BackupRepository(string folder, FileStream held)
    {
        _folder = folder;
        _lock = held;
        _snapshots = Path.Combine(folder, "snapshots");
        Temporary = Path.Combine(folder, "temporary");
        Chunks = new ChunkStore(Path.Combine(folder, "chunks"), Temporary);
    }

    public ChunkStore Chunks { get; }

    internal string Temporary { get; }

    /// <summary>Opens the folder for a backup, and makes it when it is missing or empty.</summary>
    /// <exception cref="BackupException">Another program works on it, or it holds something else.</exception>
    public static BackupRepository OpenForWriting(string folder)
    {
        var lockPath = Path.Combine(folder, LockName);
        if (!File.Exists(lockPath) && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new BackupException($"{folder}: the folder is not empty and no backup of Hybrid");

        DurableFile.CreateFolder(folder);
        var repository = new BackupRepository(folder, Hold(folder, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        if (Directory.Exists(repository.Temporary))
            Directory.Delete(repository.Temporary, recursive: true);
        DurableFile.CreateFolder(repository.Temporary);
        DurableFile.CreateFolder(repository._snapshots);
        DurableFile.CreateFolder(Path.Combine(folder, "chunks"));
        return repository;
    }

    /// <summary>Opens the folder to read, together with other readers; no backup begins meanwhile.</summary>
    /// <exception cref="BackupException">It is no backup, or a backup is being made.</exception>
    public static BackupRepository OpenForReading(string folder)
    {
        if (!File.Exists(Path.Combine(folder, LockName)))
            throw new BackupException($"{folder}: there is no backup of Hybrid");
        return new BackupRepository(folder, Hold(folder, FileMode.Open, FileAccess.Read, FileShare.Read));
    }

    /// <summary>The IDs of all snapshots, oldest first.</summary>
    public IReadOnlyList<string> Ids() => Directory.Exists(_snapshots)
        ? [.. Directory.EnumerateFiles(_snapshots, "*.json").Select(static path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Reads a snapshot's manifest, the newest when <paramref name="id"/> is null.</summary>
    /// <exception cref="BackupException">There is none, it is damaged, or a newer version wrote it.</exception>
    public Manifest Read(string? id)
    {
        var ids = Ids();
        if (id is null ? ids.Count == 0 : !ids.Contains(id))
            throw new BackupException(id is null ? $"{_folder}: there is no snapshot yet" : $"{_folder}: there is no snapshot {id}; see hybrid backup --list");

        var path = PathOf(id ?? ids[^1]);
        try
        {
            using var file = File.OpenRead(path);
            var manifest = JsonSerializer.Deserialize(file, ManifestJson.Default.Manifest);
            if (manifest?.Format > Manifest.CurrentFormat)
                throw new BackupException($"{path}: written by a newer version ({manifest.Program})");
            if (manifest is not null && manifest.Digest == manifest.ComputeDigest())
                return manifest;
        }
        catch (JsonException)
        {
            // Damaged, as below.
        }

        throw new BackupException($"{path}: the manifest is damaged");
    }

    /// <summary>An ID that sorts after all others, for a snapshot of this moment.</summary>
    internal string NextId(DateTimeOffset now)
    {
        var ids = Ids();
        var id = now.UtcDateTime.ToString(IdFormat, CultureInfo.InvariantCulture);
        if (ids.Count == 0 || string.CompareOrdinal(id, ids[^1]) > 0)
            return id;

        // Two within a second, or a clock that was set back. The manifest has the time as it was read.
        var last = DateTime.ParseExact(ids[^1], IdFormat, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
        return last.AddSeconds(1).ToString(IdFormat, CultureInfo.InvariantCulture);
    }

    /// <summary>Makes the snapshot part of the backup: first what it names becomes durable, then the manifest.</summary>
    internal Manifest Publish(Manifest manifest)
    {
        Chunks.Flush();
        var complete = manifest with { Digest = manifest.ComputeDigest() };
        DurableFile.Write(
            Path.Combine(Temporary, $"{manifest.Id}.json"), PathOf(manifest.Id), JsonSerializer.SerializeToUtf8Bytes(complete, ManifestJson.Default.Manifest));
        DirectorySync.Flush(_snapshots);
        DirectorySync.Flush(_folder);
        return complete;
    }

    /// <summary>Deletes all but the newest <paramref name="keep"/> snapshots and the chunks that no other names.</summary>
    /// <exception cref="BackupException">A manifest that stays is damaged: what it names cannot be told, so nothing is deleted.</exception>
    public Pruned Prune(int keep)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        var ids = Ids();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids.TakeLast(keep))
            used.UnionWith(Read(id).Files.SelectMany(static file => file.Chunks));

        // Manifests go first: a crash in between leaves chunks that nobody names, never a snapshot without its chunks.
        var dropped = ids.SkipLast(keep).ToList();
        foreach (var id in dropped)
            File.Delete(PathOf(id));
        DirectorySync.Flush(_snapshots);
        var (chunks, bytes) = Chunks.RemoveAllBut(used);
        return new Pruned(dropped.Count, chunks, bytes);
    }

    public void Dispose() => _lock.Dispose();

    static FileStream Hold(string folder, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(Path.Combine(folder, LockName), mode, access, share);
        }
        catch (IOException)
        {
            throw new BackupException($"{folder}: another program is working on this backup");
        }
    }

    string PathOf(string id) => Path.Combine(_snapshots, $"{id}.json");
}

/// <param name="Snapshots">How many snapshots were dropped.</param>
/// <param name="Chunks">How many chunks no snapshot named any more.</param>
/// <param name="Bytes">What those took on disk.</param>
public sealed record Pruned(int Snapshots, int Chunks, long Bytes);
