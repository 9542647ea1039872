using Hybrid.Storage.Postgres;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Sqlite;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.RoomSizeBench;

/// <summary>An engine to fill, and how large it is.</summary>
abstract class BenchStore(string name) : IAsyncDisposable
{
    public string Name { get; } = name;

    public abstract void AddTo(IServiceCollection services);

    /// <summary>The bytes of everything: tables, indexes, what is free in between.</summary>
    public abstract Task<long> TotalBytesAsync(IServiceProvider services);

    /// <summary>The bytes of the rows of state maps.</summary>
    public abstract Task<long> StateBytesAsync(IServiceProvider services);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A SQLite file of its own, or the PostgreSQL database of a URL, which must be empty.</summary>
    public static BenchStore Open(string? url) => url is null ? new SqliteStore() : new PostgresStore(PostgresAddress.Parse(url));

    sealed class SqliteStore() : BenchStore("SQLite")
    {
        readonly string _folder = Directory.CreateTempSubdirectory("hybrid-room-").FullName;

        string File => Path.Combine(_folder, "hybrid.db");

        public override void AddTo(IServiceCollection services) => services
            .AddSingleton(provider => SqliteDatabase.Open(File, provider.GetRequiredService<StreamHub>()))
            .AddSqliteStores();

        public override async Task<long> TotalBytesAsync(IServiceProvider services)
        {
            // What waits in the journal belongs to the pages of the file.
            return await services.GetRequiredService<SqliteDatabase>().WriteAsync(
                static writer => writer.Session.QueryInteger("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")!.Value, default);
        }

        public override Task<long> StateBytesAsync(IServiceProvider services) => Task.FromResult(
            services.GetRequiredService<SqliteDatabase>().Read(static session => session.QueryInteger(
                """
                SELECT (SELECT SUM(length(hash) * 2 + length(bytes) + 16) FROM state_nodes) + (SELECT SUM(length(name) * 2 + 12) FROM state_names)
                """)!.Value));

        public override ValueTask DisposeAsync()
        {
            Directory.Delete(_folder, recursive: true);
            return base.DisposeAsync();
        }
    }

    sealed class PostgresStore(PostgresAddress address) : BenchStore("PostgreSQL")
    {
        public override void AddTo(IServiceCollection services) => services
            .AddSingleton(provider => PostgresDatabase.Open(address, provider.GetRequiredService<StreamHub>()))
            .AddPostgresStores();

        public override Task<long> TotalBytesAsync(IServiceProvider services) => ReadAsync(services, "SELECT pg_database_size(current_database())");

        public override Task<long> StateBytesAsync(IServiceProvider services) =>
            ReadAsync(services, "SELECT pg_total_relation_size('state_nodes') + pg_total_relation_size('state_names')");

        static async Task<long> ReadAsync(IServiceProvider services, string sql) =>
            (await services.GetRequiredService<PostgresDatabase>().ReadAsync(session => session.QueryIntegerAsync(sql), default))!.Value;
    }
}
