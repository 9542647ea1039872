using Hybrid.Storage.Jobs;
using Hybrid.Storage.Postgres;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Rooms;
using Hybrid.Storage.Sqlite;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.State;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Tests.Shared;

/// <summary>What a test keeps its data in.</summary>
public enum TestEngine
{
    Sqlite,
    Postgres,
}

/// <summary>
/// A real database, which goes with the test: a file in a folder of its own, or a database of <see cref="PostgresCluster"/>. Tests
/// that name no engine run on the one that <c>HYBRID_TEST_DATABASE</c> names.
/// </summary>
public sealed class TestDatabase : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("hybrid-tests-").FullName;
    readonly TimeProvider _time;
    ServiceProvider _stores;

    public TestDatabase(TestEngine? engine = null, TimeProvider? time = null)
    {
        Engine = engine ?? EngineOfEnvironment;
        _time = time ?? TimeProvider.System;
        if (Engine == TestEngine.Postgres)
            Address = Wait(async () => await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        _stores = Open();
    }

    /// <summary>The engine that <c>HYBRID_TEST_DATABASE</c> names, <c>sqlite</c> when it is not set.</summary>
    public static TestEngine EngineOfEnvironment { get; } = Environment.GetEnvironmentVariable("HYBRID_TEST_DATABASE") switch
    {
        null or "" or "sqlite" => TestEngine.Sqlite,
        "postgres" => TestEngine.Postgres,
        var other => throw new InvalidOperationException($"HYBRID_TEST_DATABASE is sqlite or postgres, not '{other}'."),
    };

    public TestEngine Engine { get; }

    /// <summary>The SQLite file.</summary>
    public string File => Path.Combine(_folder, "hybrid.db");

    /// <summary>The PostgreSQL database, if that is the engine.</summary>
    public PostgresAddress? Address { get; }

    public StreamHub Hub { get; private set; } = new();

    public IRoomStore Rooms => Get<IRoomStore>();

    public IStateStore States => Get<IStateStore>();

    public IMembershipStore Memberships => Get<IMembershipStore>();

    public IAliasStore Aliases => Get<IAliasStore>();

    public IRoomRemovalStore Removals => Get<IRoomRemovalStore>();

    public IBlockedRoomStore BlockedRooms => Get<IBlockedRoomStore>();

    public IRoomStatisticsStore Statistics => Get<IRoomStatisticsStore>();

    public IJobStore Jobs => Get<IJobStore>();

    /// <summary>A store, or the engine's own database.</summary>
    public T Get<T>()
        where T : notnull =>
        _stores.GetRequiredService<T>();

    /// <summary>Adds this database and every store on it to a container, which does not own it.</summary>
    public IServiceCollection AddTo(IServiceCollection services) => Engine == TestEngine.Postgres
        ? services.AddSingleton(Hub).AddSingleton(Get<PostgresDatabase>()).AddPostgresStores()
        : services.AddSingleton(Hub).AddSingleton(Get<SqliteDatabase>()).AddSqliteStores();

    /// <summary>Closes the database and opens it again, as a restart does.</summary>
    public void Reopen()
    {
        _stores.Dispose();
        Hub = new StreamHub();
        _stores = Open();
    }

    /// <summary>The first column of the first row of a query that both engines understand.</summary>
    public async Task<long?> ReadIntegerAsync(string sql) => Engine == TestEngine.Postgres
        ? await Get<PostgresDatabase>().ReadAsync(session => session.QueryIntegerAsync(sql), default)
        : Get<SqliteDatabase>().Read(session => session.QueryInteger(sql));

    /// <summary>Changes what is stored behind the back of the stores, with a statement that both engines understand.</summary>
    public async Task ChangeAsync(string sql)
    {
        if (Engine == TestEngine.Postgres)
            await Get<PostgresDatabase>().WriteAsync(writer => writer.Session.ExecuteAsync(sql), default);
        else
            await Get<SqliteDatabase>().WriteAsync(writer => writer.Session.Execute(sql), default);
    }

    /// <summary>Keeps the writer busy until the answer is called; what is written meanwhile waits.</summary>
    public async Task<Action> HoldWriterAsync()
    {
        var (held, released) = (NewSignal(), NewSignal());
        if (Engine == TestEngine.Postgres)
        {
            _ = Get<PostgresDatabase>().WriteAsync(
                async _ =>
                {
                    held.SetResult();
                    await released.Task;
                },
                default).AsTask();
        }
        else
        {
            _ = Get<SqliteDatabase>().WriteAsync(
                _ =>
                {
                    held.SetResult();
                    released.Task.Wait();
                },
                default).AsTask();
        }

        await held.Task;
        return released.SetResult;
    }

    public void Dispose()
    {
        _stores.Dispose();
        Directory.Delete(_folder, true);
    }

    static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    ServiceProvider Open()
    {
        var services = new ServiceCollection().AddSingleton(_time).AddSingleton(Hub);
        var provider = Engine == TestEngine.Postgres
            ? services.AddSingleton(_ => PostgresDatabase.Open(Address!, Hub)).AddPostgresStores().BuildServiceProvider()
            : services.AddSingleton(_ => SqliteDatabase.Open(File, Hub)).AddSqliteStores().BuildServiceProvider();
        try
        {
            // Opens it now, and not when the first store is asked for.
            _ = Engine == TestEngine.Postgres ? (object)provider.GetRequiredService<PostgresDatabase>() : provider.GetRequiredService<SqliteDatabase>();
            return provider;
        }
        catch
        {
            provider.Dispose();
            throw;
        }
    }
}
