using System.Security.Cryptography;
using Hybrid.Backup;
using Hybrid.Backup.Repository;
using Hybrid.Primitives;
using Hybrid.Storage.Backup;
using Hybrid.Storage.Media;
using Hybrid.Storage.Sqlite.Backup;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Sqlite.Media;
using Hybrid.Storage.Streams;

namespace Hybrid.Durability.Tests.Backup;

/// <summary>A data folder with a database, media and a key, and no server on it.</summary>
sealed class TestSource : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly SqliteDatabase _database;
    readonly SqliteMediaStore _media;
    int _ids;

    public TestSource()
    {
        Directory.CreateDirectory(Data);
        File.WriteAllText(Path.Combine(Data, "some.key"), "secret");
        _database = SqliteDatabase.Open(Path.Combine(Data, "hybrid.db"), new StreamHub());
        _media = new SqliteMediaStore(_database);
        Description = Describe(Data);
    }

    public string Data => _folder["data"];

    /// <summary>The backup's folder.</summary>
    public string To => _folder["backup"];

    public BackupSource Description { get; }

    public string this[string name] => _folder[name];

    public static BackupSource Describe(string data) => new()
    {
        ServerName = "test.local",
        Program = "hybrid test",
        DataFolder = data,
        Database = new SqliteArchive(Path.Combine(data, "hybrid.db")),
        Keys = ["some.key"],
        MediaPath = static hash => $"media/{hash}",
    };

    /// <summary>Places a file and then records it, as the content repository does; its hash.</summary>
    public async Task<string> UploadAsync(byte[] content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var path = MediaPath(hash);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path, content);
        await _media.TryAddAsync(
            MediaId.Parse($"media{++_ids}"), UserId.Parse("@a:test.local"), new MediaContent(hash, content.Length, "text/plain", null, 1, false), null, CancellationToken.None);
        return hash;
    }

    /// <summary>Forgets every upload, and then deletes the file, as the content repository does.</summary>
    public async Task DeleteAsync(string hash)
    {
        await _media.DeleteAllAsync(UserId.Parse("@a:test.local"), CancellationToken.None);
        File.Delete(MediaPath(hash));
    }

    public async Task FillDatabaseAsync(int rows) => await _database.WriteAsync(
        writer =>
        {
            for (var i = 0; i < rows; i++)
                writer.Session.Execute("INSERT INTO space_probe (bytes) VALUES (randomblob(2000))");
        },
        CancellationToken.None);

    public string MediaPath(string hash) => Path.Combine(Data, "media", hash);

    public Task<BackupReport> BackUpAsync() => BackUpAsync(Description);

    public async Task<BackupReport> BackUpAsync(BackupSource source)
    {
        using var repository = BackupRepository.OpenForWriting(To);
        return await BackupRun.RunAsync(source, repository, TimeProvider.System, CancellationToken.None);
    }

    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }
}

/// <summary>An archive that lets a test do something right after each copy of the database.</summary>
sealed class ArchiveWithHook(IDatabaseArchive archive, Func<int, Task> afterCopy) : IDatabaseArchive
{
    public int Copies { get; private set; }

    public string Engine => archive.Engine;

    public async ValueTask<IDatabaseSnapshot> TakeAsync(string workFolder, CancellationToken cancellationToken)
    {
        var snapshot = await archive.TakeAsync(workFolder, cancellationToken);
        await afterCopy(++Copies);
        return snapshot;
    }

    public ValueTask RestoreAsync(IReadOnlyList<DatabasePart> parts, CancellationToken cancellationToken) => archive.RestoreAsync(parts, cancellationToken);

    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => archive.CheckAsync(cancellationToken);

    public ValueTask<IReadOnlyList<string>> ReadMediaAsync(CancellationToken cancellationToken) => archive.ReadMediaAsync(cancellationToken);
}
