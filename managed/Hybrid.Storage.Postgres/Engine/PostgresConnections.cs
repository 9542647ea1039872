using System.Globalization;
using Npgsql;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>Opens connections: a pool for reading, and the one that writes.</summary>
sealed class PostgresConnections : IAsyncDisposable
{
    // Reads are short; more of them at once would only wait for each other inside the database.
    const int MaxReaders = 24;

    const int OldestVersion = 130000;

    // "Hybr" and "writ": told from the locks of other programs in the same database.
    const long WriterLock = 0x4879_6272_7772_6974;
    const long MigrationLock = 0x4879_6272_6d69_6772;

    // A statement is planned when its tables are small or not counted yet, and the plan is kept while they grow. What a server asks
    // it asks by key, so the plan that is right for many rows is the right one.
    const string PlanByKeySql = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

    readonly NpgsqlDataSource _readers;
    readonly NpgsqlDataSource _writer;
    readonly string _writerName = $"hybrid-writer-{Guid.NewGuid():N}";

    public PostgresConnections(PostgresAddress address)
    {
        Address = address;
        _readers = NpgsqlDataSource.Create(Settings("hybrid-reader", pooling: true));
        _writer = NpgsqlDataSource.Create(Settings(_writerName, pooling: false));
    }

    public PostgresAddress Address { get; }

    public ValueTask<NpgsqlConnection> OpenReaderAsync(CancellationToken cancellationToken) => _readers.OpenConnectionAsync(cancellationToken);

    /// <summary>Closes the readers that are idle: after a restart of the database they are dead.</summary>
    public void ForgetReaders() => _readers.Clear();

    /// <summary>Opens the connection that writes. When <paramref name="exclusive"/>, no other server can open one while it lives.</summary>
    /// <exception cref="InvalidDataException">The database is not fit, or another server writes to it.</exception>
    public async Task<NpgsqlConnection> OpenWriterAsync(bool exclusive, CancellationToken cancellationToken)
    {
        var connection = await _writer.OpenConnectionAsync(cancellationToken);
        try
        {
            // Whatever the server's default is: an acknowledged write survives a power cut.
            await RunAsync(connection, "SET synchronous_commit = on", cancellationToken);
            // A machine that died without a word gives up its lock within half a minute, not in hours.
            await RunAsync(connection, "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3", cancellationToken);
            await RunAsync(connection, PlanByKeySql, cancellationToken);
            if (exclusive)
                await LockAsync(connection, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Brings the schema up to date, one process at a time; or up to the scripts of an older one.</summary>
    public static async Task MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken, IReadOnlySet<long>? only = null)
    {
        await CheckAsync(connection, cancellationToken);
        await RunAsync(connection, $"SELECT pg_advisory_lock({MigrationLock})", cancellationToken);
        await PostgresMigrations.ApplyAsync(new PostgresSession(connection, cancellationToken), only);
        await RunAsync(connection, $"SELECT pg_advisory_unlock({MigrationLock})", cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _readers.DisposeAsync();
        await _writer.DisposeAsync();
    }

    // A connection of our own that was cut off may live on in the database, with the lock, until its end is noticed there.
    async Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var end = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()", connection))
        {
            end.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _writerName });
            await end.ExecuteNonQueryAsync(cancellationToken);
        }

        for (var attempt = 0; attempt < 20; attempt++)
        {
            if (await ScalarAsync(connection, $"SELECT pg_try_advisory_lock({WriterLock})", cancellationToken) is true)
                return;

            // The session before may still be ending: after a restart of this server, and after the call above.
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }

        throw new InvalidDataException("Another server is using this database.");
    }

    static async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var version = (string)(await ScalarAsync(connection, "SHOW server_version_num", cancellationToken))!;
        if (int.Parse(version, CultureInfo.InvariantCulture) < OldestVersion)
            throw new InvalidDataException("PostgreSQL 13 or newer is needed.");
        if (await ScalarAsync(connection, "SHOW server_encoding", cancellationToken) is not "UTF8")
            throw new InvalidDataException("The database must have the encoding UTF8.");
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) => _ = await ScalarAsync(connection, sql, cancellationToken);

    static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants only.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    string Settings(string applicationName, bool pooling)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = Address.Host,
            Port = Address.Port,
            Database = Address.Database,
            Username = Address.User,
            Password = Address.Password,
            ApplicationName = applicationName,
            Pooling = pooling,
            MaxPoolSize = MaxReaders,
            Timeout = 10,
            CommandTimeout = 60,
            KeepAlive = pooling ? 0 : 15,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = false,
            // Sessions leave nothing behind that would have to be reset.
            NoResetOnClose = true,
        };
        if (Address.SslMode is { } mode)
            settings["SSL Mode"] = mode;
        return settings.ConnectionString;
    }
}
