using Hybrid.Backup;
using Hybrid.Backup.Repository;
using Hybrid.Backup.Restoring;
using Xunit;

namespace Hybrid.Durability.Tests.Backup;

/// <summary>What a backup promises, whatever happens to its folder.</summary>
public sealed class RepositoryTests : IDisposable
{
    readonly TestSource _source = new();

    [Fact]
    public async Task A_second_backup_writes_what_changed()
    {
        await _source.FillDatabaseAsync(2000);
        await _source.UploadAsync(new byte[3000]);
        var first = await _source.BackUpAsync();
        var idle = await _source.BackUpAsync();
        await _source.FillDatabaseAsync(1);
        var second = await _source.BackUpAsync();

        Assert.True(first.Written > 4_000_000, $"{first.Written}");
        Assert.Equal((0, 0L), (idle.Added, idle.Written));
        Assert.InRange(second.Added, 1, 6);
        Assert.Equal(3, new[] { first, idle, second }.Select(static report => report.Manifest.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_damaged_chunk_is_found_and_named()
    {
        await _source.UploadAsync("words"u8.ToArray());
        var manifest = (await _source.BackUpAsync()).Manifest;
        var (path, name) = Chunk(manifest, FileKind.Media);
        Assert.Empty(Verify(manifest));
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        Assert.Contains(name, Assert.Single(Verify(manifest)), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(null));
        Assert.Contains($"chunk {name} is damaged", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_source["restored"]));

        File.Delete(path);
        Assert.Contains($"chunk {name} is missing", Assert.Single(Verify(manifest)), StringComparison.Ordinal);
        await _source.BackUpAsync();
        Assert.Empty(Verify(manifest));
    }

    [Fact]
    public async Task A_damaged_manifest_is_refused()
    {
        var id = (await _source.BackUpAsync()).Manifest.Id;
        var path = Path.Combine(_source.To, "snapshots", $"{id}.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("some.key", "same.key", StringComparison.Ordinal));

        var refused = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(id));
        Assert.Contains("the manifest is damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_backup_leaves_the_earlier_snapshots_as_they_were()
    {
        await _source.UploadAsync("first"u8.ToArray());
        var first = (await _source.BackUpAsync()).Manifest;
        await _source.FillDatabaseAsync(200);
        await _source.UploadAsync("second"u8.ToArray());
        var interrupted = _source.Description with { Keys = ["some.key", "not/there"] };
        await Assert.ThrowsAnyAsync<IOException>(() => _source.BackUpAsync(interrupted));

        using (var repository = BackupRepository.OpenForReading(_source.To))
            Assert.Equal([first.Id], repository.Ids());
        Assert.Empty(Verify(first));
        var next = await _source.BackUpAsync();
        Assert.Empty(Verify(next.Manifest));
        Assert.Equal(2, (await RestoreAsync(next.Manifest.Id)).Media);
    }

    [Fact]
    public async Task Two_backups_at_a_time_are_one_too_many()
    {
        await _source.BackUpAsync();
        using (BackupRepository.OpenForWriting(_source.To))
        {
            Assert.Contains("another program", Assert.Throws<BackupException>(() => BackupRepository.OpenForWriting(_source.To)).Message, StringComparison.Ordinal);
            Assert.Throws<BackupException>(() => BackupRepository.OpenForReading(_source.To));
        }

        using var reading = BackupRepository.OpenForReading(_source.To);
        BackupRepository.OpenForReading(_source.To).Dispose();
        Assert.Throws<BackupException>(() => BackupRepository.OpenForWriting(_source.To));
    }

    [Fact]
    public async Task A_folder_of_something_else_is_left_alone()
    {
        Directory.CreateDirectory(_source.To);
        await File.WriteAllTextAsync(Path.Combine(_source.To, "letter"), "dear");
        await Assert.ThrowsAsync<BackupException>(_source.BackUpAsync);
        File.Delete(Path.Combine(_source.To, "letter"));
        await _source.BackUpAsync();

        var other = await Assert.ThrowsAsync<BackupException>(() => _source.BackUpAsync(_source.Description with { ServerName = "other.local" }));
        Assert.Contains("test.local", other.Message, StringComparison.Ordinal);
        var full = await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(null, _source.Data));
        Assert.Contains("not empty", full.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_source.Data, "hybrid.db")));
    }

    [Fact]
    public async Task Pruning_deletes_what_only_old_snapshots_need()
    {
        await _source.FillDatabaseAsync(200);
        var gone = await _source.UploadAsync("gone"u8.ToArray());
        var old = (await _source.BackUpAsync()).Manifest;
        await _source.DeleteAsync(gone);
        await _source.UploadAsync("stays"u8.ToArray());
        var kept = (await _source.BackUpAsync()).Manifest;

        using (var repository = BackupRepository.OpenForWriting(_source.To))
        {
            Assert.True(repository.Chunks.Contains(gone));
            var pruned = repository.Prune(1);
            Assert.Equal(1, pruned.Snapshots);
            Assert.False(repository.Chunks.Contains(gone));
            Assert.Equal([kept.Id], repository.Ids());
        }

        Assert.Empty(Verify(kept));
        await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(old.Id));
        Assert.Equal(1, (await RestoreAsync(kept.Id)).Media);
    }

    [Fact]
    public async Task A_file_that_is_deleted_while_its_turn_comes_makes_the_database_be_copied_again()
    {
        var hash = await _source.UploadAsync("short-lived"u8.ToArray());
        var archive = new ArchiveWithHook(_source.Description.Database, copy => copy == 1 ? _source.DeleteAsync(hash) : Task.CompletedTask);

        var report = await _source.BackUpAsync(_source.Description with { Database = archive });

        Assert.Equal(2, archive.Copies);
        Assert.Empty(report.Manifest.Lacking);
        Assert.Empty((await RestoreAsync(null)).MissingMedia);
    }

    [Fact]
    public async Task A_file_that_is_lost_or_damaged_is_told_of_when_backing_up_and_when_restoring()
    {
        var lost = await _source.UploadAsync("lost"u8.ToArray());
        var damaged = await _source.UploadAsync("damaged"u8.ToArray());
        File.Delete(_source.MediaPath(lost));
        await File.WriteAllTextAsync(_source.MediaPath(damaged), "other words");

        var report = await _source.BackUpAsync();

        Assert.Equal([$"media/{lost}: missing", $"media/{damaged}: damaged"], report.Manifest.Lacking);
        Assert.Equal(new[] { $"media/{lost}", $"media/{damaged}" }.Order(), (await RestoreAsync(null)).MissingMedia.Order());
    }

    [Fact]
    public async Task Media_that_an_object_store_keeps_are_not_missing_and_those_on_disk_are_taken_along()
    {
        var elsewhere = await _source.UploadAsync("elsewhere"u8.ToArray());
        var here = await _source.UploadAsync("here"u8.ToArray());
        File.Delete(_source.MediaPath(elsewhere));

        var report = await _source.BackUpAsync(_source.Description with { MediaIsElsewhere = true });

        Assert.Empty(report.Manifest.Lacking);
        Assert.Equal([$"media/{here}"], report.Manifest.Files.Where(static file => file.Kind == FileKind.Media).Select(static file => file.Path));
    }

    public void Dispose() => _source.Dispose();

    IReadOnlyList<string> Verify(Manifest manifest)
    {
        using var repository = BackupRepository.OpenForReading(_source.To);
        return BackupVerification.Run(repository, manifest, CancellationToken.None);
    }

    async Task<RestoreReport> RestoreAsync(string? id, string? into = null)
    {
        using var repository = BackupRepository.OpenForReading(_source.To);
        return await RestoreRun.RunAsync(repository, repository.Read(id), TestSource.Describe(into ?? _source["restored"]), CancellationToken.None);
    }

    (string Path, string Name) Chunk(Manifest manifest, FileKind kind)
    {
        using var repository = BackupRepository.OpenForReading(_source.To);
        var name = manifest.Files.Single(file => file.Kind == kind).Chunks.Single();
        return (repository.Chunks.PathOf(name), name);
    }
}
