using Hybrid.Storage.Space;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Data.Sqlite;
using Xunit;
using Xunit.Abstractions;

namespace Hybrid.Durability.Tests.PowerLoss;

/// <summary>
/// The store on a disk that loses power: a short life of a database, from its first byte through migrations, commits and checkpoints, is
/// recorded, and then cut off after every single operation.
/// </summary>
public sealed class PowerLossTests(ITestOutputHelper output) : IDisposable
{
    const int Rounds = 30;
    const int JobsPerRound = 5;

    // Hundreds of databases are opened, each with its syncs: in memory, where there is such a file system.
    static readonly string Memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Whatever_was_acknowledged_is_there_after_a_cut_at_any_write()
    {
        var operations = await RecordAsync();
        Assert.Contains(operations, static operation => operation is { Kind: DiskOperationKind.Write, File: "hybrid.db" });
        Assert.True(operations.Count(static operation => operation is { Kind: DiskOperationKind.Sync, File: "hybrid.db" }) > 3, "there were checkpoints");
        var dice = new Random(4711);
        var disk = new CrashedDisk();
        var acknowledged = new List<string>();
        for (var cut = 0; cut < operations.Count; cut++)
        {
            disk.Apply(operations[cut]);
            if (operations[cut].Kind == DiskOperationKind.Mark)
                acknowledged.Add(operations[cut].File);
            foreach (var survival in Survivals(cut))
                Check(disk, survival, dice, acknowledged, cut);
        }

        Assert.Equal(Rounds * JobsPerRound, acknowledged.Count);
        output.WriteLine($"{operations.Count} operations, {acknowledged.Count} acknowledged writes");
    }

    [Theory]
    [InlineData(13)] // SQLITE_FULL
    [InlineData(778)] // SQLITE_IOERR_WRITE
    [InlineData(1034)] // SQLITE_IOERR_FSYNC
    public async Task A_disk_that_fails_at_any_operation_costs_what_was_not_acknowledged_and_nothing_else(int code)
    {
        using var recording = new DiskRecording(_folder.Path);
        var space = new StorageSpace();
        var options = new SqliteOptions { Vfs = DiskRecording.VfsName, Space = space };
        var database = SqliteDatabase.Open(_folder["hybrid.db"], new StreamHub(), options);
        var kind = code == 1034 ? DiskOperationKind.Sync : DiskOperationKind.Write;
        var acknowledged = new List<string>();
        var refused = 0;
        for (var failing = 0; failing < 12; failing++)
        {
            var left = failing;
            var before = refused;
            recording.Fault = operation => operation == kind && left-- <= 0 ? code : 0;
            for (var i = 0; i < 4; i++)
            {
                try
                {
                    var name = $"!{code}-{failing}-{i}";
                    await AddAsync(database, name);
                    acknowledged.Add(name);
                }
                catch (Exception exception) when (exception is StorageFullException or SqliteException)
                {
                    refused++;
                    Assert.True(code == 13 == exception is StorageFullException, $"operation {failing}, write {i}: {exception}");
                }
            }

            Assert.Equal(code == 13 && refused > before, space.FullBecause is not null);
            recording.Fault = null;
            if (space.FullBecause is not null)
            {
                Assert.True(await new SqliteSpaceProbe(database).TryWriteAsync(CancellationToken.None));
                space.MarkFree();
            }

            await AddAsync(database, $"!{code}-{failing}-healed");
            acknowledged.Add($"!{code}-{failing}-healed");
        }

        Assert.True(refused > 0);
        database.Dispose();
        database = SqliteDatabase.Open(_folder["hybrid.db"], new StreamHub());
        Assert.Equal("ok", database.Read(static session => session.QueryText("PRAGMA integrity_check")));
        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), ReadRooms(database));
        database.Dispose();
    }

    public void Dispose() => _folder.Dispose();

    // A killed process keeps its writes; of power cuts, the two kinds take turns.
    static Survival[] Survivals(int cut) => cut % 2 == 0 ? [Survival.None] : cut % 4 == 1 ? [Survival.Some] : [Survival.All];

    static void Check(CrashedDisk disk, Survival survival, Random dice, List<string> acknowledged, int cut)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Memory, $"hybrid-cut-{Path.GetRandomFileName()}")).FullName;
        try
        {
            disk.WriteTo(folder, survival, dice);
            // As the server does: recover, go on with the migrations where they ended.
            using var database = SqliteDatabase.Open(Path.Combine(folder, "hybrid.db"), new StreamHub());
            var what = $"cut after operation {cut}, of the unsynced writes {survival}";
            Assert.True(database.Read(static session => session.QueryText("PRAGMA integrity_check")) == "ok", what);
            Assert.True(!acknowledged.Except(ReadRooms(database)).Any(), what);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    async Task<IReadOnlyList<DiskOperation>> RecordAsync()
    {
        using var recording = new DiskRecording(_folder.Path);
        using (var database = SqliteDatabase.Open(_folder["hybrid.db"], new StreamHub(), new SqliteOptions { Vfs = DiskRecording.VfsName }))
        {
            await database.WriteAsync(static writer => writer.Session.QueryInteger("PRAGMA wal_autocheckpoint = 20"), CancellationToken.None);
            for (var round = 0; round < Rounds; round++)
                await Task.WhenAll(Enumerable.Range(0, JobsPerRound).Select(job => AddAsync(database, $"!{round}-{job}", recording.Mark)));
        }

        return recording.Operations;
    }

    // Told right after the commit, on the writer's thread: as early as anyone can hear of it.
    static Task AddAsync(SqliteDatabase database, string name, Action<string>? committed = null) => database.WriteAsync(
        writer =>
        {
            writer.Session.Execute("INSERT INTO rooms (room_id, version, creator, is_public, forward_extremities) VALUES (?1, '12', '@a:b', 0, '')", name);
            writer.AfterCommit(() => committed?.Invoke(name));
        },
        CancellationToken.None).AsTask();

    static List<string> ReadRooms(SqliteDatabase database) =>
        database.Read(static session => session.Query("SELECT room_id FROM rooms ORDER BY room_id", static row => row.GetString(0)));
}
