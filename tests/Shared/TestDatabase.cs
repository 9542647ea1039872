using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Sqlite.Jobs;
using Hybrid.Storage.Sqlite.Rooms;
using Hybrid.Storage.Streams;

namespace Hybrid.Tests.Shared;

/// <summary>A real database file in a folder of its own, which goes with the test.</summary>
public sealed class TestDatabase : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("hybrid-tests-").FullName;

    public TestDatabase()
    {
        Hub = new StreamHub();
        Database = SqliteDatabase.Open(File, Hub);
    }

    public string File => Path.Combine(_folder, "hybrid.db");

    public StreamHub Hub { get; private set; }

    public SqliteDatabase Database { get; private set; }

    public SqliteRoomStore Rooms => new(Database);

    public SqliteStateStore States => new(Database);

    public SqliteMembershipStore Memberships => new(Database);

    public SqliteAliasStore Aliases => new(Database);

    public SqliteRoomRemovalStore Removals => new(Database);

    public SqliteBlockedRoomStore BlockedRooms => new(Database);

    public SqliteRoomStatisticsStore Statistics => new(Database);

    public SqliteJobStore Jobs => new(Database);

    /// <summary>Closes the file and opens it again, as a restart does.</summary>
    public void Reopen()
    {
        Database.Dispose();
        Hub = new StreamHub();
        Database = SqliteDatabase.Open(File, Hub);
    }

    public void Dispose()
    {
        Database.Dispose();
        Directory.Delete(_folder, true);
    }
}
