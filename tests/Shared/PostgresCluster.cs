using System.Diagnostics;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;
using Npgsql;

namespace Hybrid.Tests.Shared;

/// <summary>
/// A real PostgreSQL with a folder and a Unix socket of its own, which can be stopped and started. It ends with the test process,
/// however that ends: the shell that holds it waits for the end of its input.
/// </summary>
public sealed class PostgresCluster : IDisposable
{
    const string Superuser = "hybrid";
    const string Template = "hybrid_template";

    // The server refuses to run as root: then it runs as Debian's user for it. An empty line of input, or none, deletes the folder.
    const string Script = """
        set -e
        trap '' INT TERM
        as() { if [ "$(id -u)" = 0 ]; then runuser -u "$(id -un postgres 2>/dev/null || echo nobody)" -- "$@"; else "$@"; fi; }
        if [ ! -d "$2/data" ]; then
            if [ "$(id -u)" = 0 ]; then chown "$(id -un postgres 2>/dev/null || echo nobody)" "$2"; fi
            as "$1/initdb" -D "$2/data" -U hybrid -A trust -E UTF8 --locale=C --no-instructions --no-sync >"$2/initdb.log" 2>&1 || { cat "$2/initdb.log"; exit 1; }
        fi
        as "$1/pg_ctl" -D "$2/data" -l "$2/data/server.log" -w -t 60 \
            -o "-c listen_addresses='' -c unix_socket_directories='$2' -c max_connections=400 -c shared_buffers=64MB" start >"$2/start.log" 2>&1 \
            || { cat "$2/start.log" "$2/data/server.log"; exit 1; }
        echo ready
        read -r mode || mode=
        as "$1/pg_ctl" -D "$2/data" -m "${mode:-immediate}" -w stop >/dev/null 2>&1 || true
        if [ -z "$mode" ]; then rm -rf "$2"; fi
        """;

    static readonly Lazy<Task<PostgresCluster>> SharedCluster = new(static async () =>
    {
        var cluster = await StartNewAsync();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.Dispose();
        return cluster;
    });

    readonly string _folder = Directory.CreateTempSubdirectory("hybrid-pg-").FullName;
    readonly SemaphoreSlim _creating = new(1);
    Process? _process;
    int _databases;

    /// <summary>The cluster that the tests of this process share.</summary>
    public static Task<PostgresCluster> SharedAsync() => SharedCluster.Value;

    /// <summary>A cluster of its own, for a test that stops it.</summary>
    public static async Task<PostgresCluster> StartNewAsync()
    {
        var cluster = new PostgresCluster();
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(cluster._folder, (UnixFileMode)0b111_101_101);
        await cluster.StartAsync();
        await using (var database = await PostgresDatabase.OpenAsync(await cluster.CreateAsync(Template, "template1"), new StreamHub()))
        {
            // Opened once, so that every test gets a copy with the schema.
        }

        return cluster;
    }

    /// <summary>Starts the server, or starts it again.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        foreach (var argument in new[] { "-c", Script, "sh", FindBinaries(), _folder })
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        var said = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready")
                return;
            said.Add(line);
        }

        throw new InvalidOperationException($"PostgreSQL does not start: {string.Join('\n', said)}");
    }

    /// <summary>Stops the server: <c>fast</c> cuts connections off in order, <c>immediate</c> is as a crash.</summary>
    public async Task StopAsync(string mode)
    {
        await _process!.StandardInput.WriteLineAsync(mode);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>A new database with Hybrid's schema.</summary>
    public async Task<PostgresAddress> CreateDatabaseAsync() => await CreateAsync($"test_{Interlocked.Increment(ref _databases)}", Template);

    /// <summary>Where a database of this cluster is.</summary>
    public PostgresAddress Address(string database) => new() { Host = _folder, User = Superuser, Database = database };

    /// <summary>The same as a URL.</summary>
    public string Url(string database) => $"postgres://{Superuser}@/{database}?host={Uri.EscapeDataString(_folder)}";

    /// <summary>Runs a statement as the superuser.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection($"Host={_folder};Username={Superuser};Database={database};Pooling=false");
        await connection.OpenAsync();
#pragma warning disable CA2100 // Tests pass literals.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public void Dispose()
    {
        if (_process is null)
            return;

        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
        _creating.Dispose();
    }

    // A template can be copied by one at a time only.
    async Task<PostgresAddress> CreateAsync(string name, string template)
    {
        await _creating.WaitAsync();
        try
        {
            await ExecuteAsync("postgres", $"CREATE DATABASE {name} TEMPLATE {template}");
            return Address(name);
        }
        finally
        {
            _creating.Release();
        }
    }

    static string FindBinaries()
    {
        const string Debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(static folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0)
            : Enumerable.Empty<string>();
        return folders.Select(static folder => Path.Combine(folder, "bin"))
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(static folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")))
            ?? throw new InvalidOperationException("PostgreSQL's initdb is not here; install the server (Debian: postgresql).");
    }
}
