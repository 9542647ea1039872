using System.CommandLine;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Server.Commands;
using Hybrid.Server.Composition;
using Hybrid.Tests.Shared;
using Xunit;

namespace Hybrid.ClientApi.Tests.Migrating;

/// <summary><c>hybrid migrate</c>, <c>backup</c> and <c>restore</c> as an operator types them, with PostgreSQL.</summary>
public sealed class PostgresBackupTests : IDisposable
{
    readonly string _folder = System.IO.Directory.CreateTempSubdirectory("hybrid-test-").FullName;
    readonly StringWriter _output = new();
    readonly StringWriter _error = new();

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_server_is_moved_backed_up_while_it_runs_and_restored_into_another_database()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var (moved, restored) = (await cluster.CreateDatabaseAsync(), await cluster.CreateDatabaseAsync());
        await using var server = await TestServer.StartAsync(static settings => settings with { Postgres = null });
        var alice = await server.RegisterAsync("alice");
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat","name":"kept"}""");
        await server.StopAsync();

        var sqlite = $"sqlite:{server.Settings.DatabasePath}";
        Assert.True(await RunAsync(server.DataFolder, sqlite, "migrate", "--to", cluster.Url(moved.Database)) == 0, _error.ToString());
        Assert.Contains("comparing events                   100 %", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains($"database = \"{moved}\"", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync(server.DataFolder, sqlite, "migrate", "--to", cluster.Url(moved.Database)));
        Assert.Equal(1, await RunAsync(server.DataFolder, sqlite, "migrate", "--to", "mysql://elsewhere"));
        Assert.Equal(2, _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        _error.GetStringBuilder().Clear();

        await server.StartOnAsync(moved);
        var said = await alice.SayAsync(room, "backed up");
        Assert.True(await RunAsync(server.DataFolder, cluster.Url(moved.Database), "backup", "--to", Path.Combine(_folder, "backup")) == 0, _error.ToString());
        var late = await alice.SayAsync(room, "after the backup");
        Assert.True(await RunAsync(server.DataFolder, cluster.Url(moved.Database), "backup", "--to", Path.Combine(_folder, "backup"), "--verify") == 0, _error.ToString());
        await server.StopAsync();

        var data = Path.Combine(_folder, "restored");
        string[] restore = ["restore", "--from", Path.Combine(_folder, "backup"), "--data", data];
        Assert.Equal(1, await RunAsync("unused", cluster.Url(moved.Database), restore));
        Assert.Contains("the database is not empty", _error.ToString(), StringComparison.Ordinal);
        Assert.True(await RunAsync("unused", cluster.Url(restored.Database), restore) == 0, _error.ToString());
        await server.StartOnAsync(restored);
        var inRoom = $"rooms/{Uri.EscapeDataString(room)}";
        Assert.Equal("backed up", (string)(await alice.GetAsync($"{inRoom}/event/{Uri.EscapeDataString(said)}")).Ok["content"]!["body"]!);
        (await alice.GetAsync($"{inRoom}/event/{Uri.EscapeDataString(late)}")).ShouldBe(404, "M_NOT_FOUND");
        _ = (await alice.PostAsync("login", """{"type":"m.login.password","identifier":{"type":"m.id.user","user":"alice"},"password":"correct horse battery"}""")).Ok;
        await alice.SayAsync(room, "going on");
        var problems = new List<string>();
        await StoreCommands.CheckAsync(server.Settings, problems.Add, default);
        Assert.Empty(problems);
    }

    Task<int> RunAsync(string data, string database, params string[] arguments)
    {
        var ports = new CommandPorts
        {
            Serve = static (_, _) => throw new InvalidOperationException(),
            Backup = BackupComposition.Ports,
            Migrate = MigrationCommands.MigrateAsync,
        };
        var environment = new Dictionary<string, string> { ["HYBRID_DATA"] = data, ["HYBRID_SERVER_NAME"] = "test.local", ["HYBRID_DATABASE"] = database };
        return CommandLine.RunAsync(
            CommandLine.Create(ports, environment, TextReader.Null), arguments,
            new InvocationConfiguration { Output = _output, Error = _error }, CancellationToken.None);
    }
}
