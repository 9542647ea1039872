using Hybrid.Server.Commands;
using Hybrid.Server.Composition;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;
using Hybrid.Tests.Shared;
using Xunit;

namespace Hybrid.ClientApi.Tests.Hosting;

/// <summary>What an operator is told when PostgreSQL cannot be used, and the commands beside a server that uses it.</summary>
public sealed class PostgresStartTests : IDisposable
{
    readonly string _folder = System.IO.Directory.CreateTempSubdirectory("hybrid-test-").FullName;

    public void Dispose() => System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_database_that_cannot_be_used_is_one_line()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var database = await cluster.CreateDatabaseAsync();
        await using var other = await PostgresDatabase.OpenAsync(database, new StreamHub());

        AssertLine("Another server is using this database.", database);
        AssertLine("database \"missing\" does not exist", cluster.Address("missing"));
        AssertLine("role \"stranger\" does not exist", database with { User = "stranger", Password = "hunter2" });
        AssertLine("refused", new PostgresAddress { Host = "127.0.0.1", Port = 1, User = "hybrid", Password = "hunter2", Database = "hybrid" });
        AssertLine("", new PostgresAddress { Host = _folder, User = "hybrid", Database = "hybrid" });
    }

    [Fact]
    public async Task An_account_can_be_made_while_the_server_runs()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var settings = Settings(await cluster.CreateDatabaseAsync());
        await using var server = HybridApplication.Create(settings);

        var created = await AccountCommands.CreateUserAsync(settings, new NewUser("admin", "correct horse battery", true), default);

        Assert.Equal("@admin:localhost", created);
        Assert.True(await server.HasAccountsAsync(default));
        await Assert.ThrowsAsync<CommandException>(() => AccountCommands.CreateUserAsync(
            Settings(cluster.Address("missing")), new NewUser("admin", "correct horse battery", true), default));
    }

    void AssertLine(string expected, PostgresAddress address)
    {
        var refused = Assert.Throws<CommandException>(() => HybridApplication.Create(Settings(address)));

        Assert.StartsWith($"{address}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hunter2", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    HybridSettings Settings(PostgresAddress address) => new() { DataFolder = _folder, Postgres = address, LogLevel = Microsoft.Extensions.Logging.LogLevel.Error };
}
