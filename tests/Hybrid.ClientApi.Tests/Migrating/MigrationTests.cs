using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Server.Commands;
using Hybrid.Server.Composition;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Postgres.Transfer;
using Hybrid.Storage.Sqlite.Transfer;
using Hybrid.Storage.Transfer;
using Hybrid.Tests.Shared;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Hybrid.ClientApi.Tests.Migrating;

/// <summary><c>hybrid migrate</c>: a server that was used moves from SQLite to PostgreSQL.</summary>
public sealed class MigrationTests : IAsyncLifetime
{
    readonly string _folder = System.IO.Directory.CreateTempSubdirectory("hybrid-test-").FullName;
    PostgresCluster _cluster = null!;
    PostgresAddress _target = null!;

    public async Task InitializeAsync()
    {
        _cluster = await PostgresCluster.SharedAsync();
        _target = await _cluster.CreateDatabaseAsync();
    }

    public Task DisposeAsync()
    {
        System.IO.Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_server_goes_on_where_it_was()
    {
        await using var server = await StartOnSqliteAsync();
        var (alice, room, since) = await UseAsync(server);
        await server.StopAsync();
        // HTTP refuses the character in a path; a database from elsewhere may have it in a key.
        await RunAsync(server.Settings, "INSERT INTO to_device_transactions VALUES ('@alice:test.local', 'd', 't', 'a' || char(0) || 'b', 1), ('@alice:test.local', 'd', 't', 'aa', 1)");

        var lines = new List<TransferProgress>();
        var rows = await MigrationCommands.MigrateAsync(server.Settings, _target, lines.Add, default);

        Assert.True(rows > 50, $"{rows} rows");
        Assert.Contains(lines, static line => line is { Step: TransferStep.Comparing, Table: "events" } && line.Rows == line.Total);
        await server.StartOnAsync(_target);
        var problems = new List<string>();
        var check = await StoreCommands.CheckAsync(server.Settings, problems.Add, default);
        Assert.Empty(problems);
        Assert.Equal(1, check.Rooms);

        Assert.Empty((await alice.GetAsync($"sync?since={since}")).Ok["rooms"]?["join"]?.AsObject() ?? []);
        var said = await alice.SayAsync(room, "after");
        var timeline = (await alice.GetAsync($"sync?since={since}")).Ok["rooms"]!["join"]![room]!["timeline"]!["events"]!.AsArray();
        Assert.Equal(said, (string)Assert.Single(timeline)!["event_id"]!);
        var messages = (await alice.GetAsync($"rooms/{Uri.EscapeDataString(room)}/messages?dir=b&limit=50")).Ok["chunk"]!.AsArray();
        Assert.Contains(messages, static message => (string?)message!["content"]!["body"] == "before");
        Assert.Contains(messages, static message => (string)message!["type"]! == "org.example.\0" && (string?)message["state_key"] == "\uFDD0\0");
        Assert.Single(messages, static message => message!["unsigned"]?["redacted_because"] is not null);

        // What the database numbers by itself goes on above what it was given.
        Assert.Equal(1, (int)(await alice.PostAsync("keys/upload")).Ok["one_time_key_counts"]!["curve25519"]!);
        _ = (await alice.PostAsync("keys/upload", """{"one_time_keys":{"curve25519:AAAB":"wjpLTLRqbqBzLs63aYaEv2Boi6cFEbbM/sSRQ2oAKk4"}}""")).Ok;

        // The same transaction is the same event still.
        var again = await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/send/org.example.once/t1x", """{"n":1}""");
        Assert.Contains(messages, message => (string)message!["event_id"]! == (string)again.Ok["event_id"]!);
        Assert.Equal("""{"theme":"dark"}""", (await alice.GetAsync($"user/{alice.UserId}/account_data/org.example.theme")).Ok.ToJsonString());
        _ = (await alice.PostAsync("login", """{"type":"m.login.password","identifier":{"type":"m.id.user","user":"alice"},"password":"correct horse battery"}""")).Ok;
        Assert.Equal(2, (await alice.GetAsync("devices")).Ok["devices"]!.AsArray().Count);
    }

    [Fact]
    public async Task An_interrupted_migration_goes_on_and_no_server_opens_its_half()
    {
        await using var server = await StartOnSqliteAsync();
        _ = await UseAsync(server);
        await server.StopAsync();
        using var interruption = new CancellationTokenSource();
        await using (var source = SqliteTableReader.Open(server.Settings.DatabasePath))
        await using (var writer = await PostgresTableWriter.OpenAsync(_target, default))
        {
            var transfer = new DatabaseTransfer(source, writer, progress => Interrupt(progress, interruption)) { MaxBatchRows = 3 };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transfer.RunAsync("test.local", interruption.Token));
        }

        var refused = Assert.Throws<CommandException>(() => HybridApplication.Create(server.Settings with { Postgres = _target, DataFolder = Path.Combine(_folder, "other") }));
        Assert.Contains("hybrid migrate was interrupted", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<CommandException>(() => StoreCommands.CheckAsync(server.Settings with { Postgres = _target }, static _ => { }, default));
        Assert.Contains("hybrid migrate was interrupted", refused.Message, StringComparison.Ordinal);

        var lines = new List<TransferProgress>();
        await MigrationCommands.MigrateAsync(server.Settings, _target, lines.Add, default);
        var first = lines.First(static line => line.Table == "events");
        Assert.True(first.Rows > 6, $"begins with {first}");
        await server.StartOnAsync(_target);
    }

    [Fact]
    public async Task A_row_that_is_not_the_same_is_found()
    {
        await using var server = await StartOnSqliteAsync();
        _ = await UseAsync(server);
        await server.StopAsync();
        await using var source = SqliteTableReader.Open(server.Settings.DatabasePath);
        await using var writer = await PostgresTableWriter.OpenAsync(_target, default);
        var changed = false;
        var transfer = new DatabaseTransfer(source, writer, progress =>
        {
            if (progress.Step == TransferStep.Comparing && !changed)
            {
                changed = true;
                _cluster.ExecuteAsync(_target.Database, "UPDATE devices SET created_ts = created_ts + 1").Wait();
            }
        });

        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => transfer.RunAsync("test.local", default));

        Assert.Contains("the table devices", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_moved_is_one_line()
    {
        await using var server = await StartOnSqliteAsync();
        var user = await server.RegisterAsync();
        await AssertRefusedAsync(server.Settings, "another server is using this data folder");
        await server.StopAsync();

        await using (var database = await PostgresDatabase.OpenAsync(_target, new()))
            await AssertRefusedAsync(server.Settings, "Another server is using this database");
        await AssertRefusedAsync(server.Settings with { DatabasePath = Path.Combine(_folder, "missing.db") }, "There is no database");
        await AssertRefusedAsync(server.Settings with { Postgres = _target }, "on PostgreSQL already");

        await _cluster.ExecuteAsync(_target.Database, "INSERT INTO accounts VALUES ('@other:test.local', NULL, false, false, false, false, 0, NULL)");
        await AssertRefusedAsync(server.Settings, "the database is not empty: there are rows in the table accounts");
        await _cluster.ExecuteAsync(_target.Database, "DELETE FROM accounts");
        await MigrationCommands.MigrateAsync(server.Settings, _target, static _ => { }, default);
        await AssertRefusedAsync(server.Settings, "a server was moved there already");
    }

    [Fact]
    public async Task What_has_no_place_in_the_target_is_named()
    {
        await using var server = await StartOnSqliteAsync();
        await server.StopAsync();
        await RunAsync(server.Settings, "CREATE TABLE surplus (id INTEGER PRIMARY KEY) STRICT; ALTER TABLE accounts ADD COLUMN extra TEXT DEFAULT 'none'");
        await _cluster.ExecuteAsync(_target.Database, "CREATE TABLE more (id bigint PRIMARY KEY)");
        await AssertRefusedAsync(server.Settings, "the table more is in the new database and not in this one");
        await _cluster.ExecuteAsync(_target.Database, "DROP TABLE more; ALTER TABLE presence ADD COLUMN more bigint");
        await AssertRefusedAsync(server.Settings, "the column presence.more is in the new database");
        await _cluster.ExecuteAsync(_target.Database, "ALTER TABLE presence DROP COLUMN more");
        await RunAsync(server.Settings, "INSERT INTO surplus VALUES (1)");
        await AssertRefusedAsync(server.Settings, "the table surplus has rows");
        await RunAsync(server.Settings, "DELETE FROM surplus; INSERT INTO accounts (user_id, admin, guest, created_ts, extra) VALUES ('@a:test.local', 0, 0, 0, 'some')");
        await AssertRefusedAsync(server.Settings, "the column accounts.extra is in use");
        await RunAsync(server.Settings, "UPDATE accounts SET extra = 'none'");
        await MigrationCommands.MigrateAsync(server.Settings, _target, static _ => { }, default);
    }

    static void Interrupt(TransferProgress progress, CancellationTokenSource interruption)
    {
        if (progress is { Table: "events", Rows: 6 })
            interruption.Cancel();
    }

    static async Task<(TestUser Alice, string Room, string Since)> UseAsync(TestServer server)
    {
        var alice = await server.RegisterAsync("alice");
        var room = await alice.CreateRoomAsync("""
            {"preset":"public_chat","name":"moved","initial_state":[{"type":"org.example.\u0000","state_key":"\uFDD0\u0000","content":{"a":"\u0000"}}]}
            """);
        var said = await alice.SayAsync(room, "before");
        var redacted = await alice.SayAsync(room, "redacted");
        var inRoom = $"rooms/{Uri.EscapeDataString(room)}";
        _ = (await alice.PutAsync($"{inRoom}/redact/{Uri.EscapeDataString(redacted)}/r1")).Ok;
        _ = (await alice.PutAsync($"{inRoom}/send/org.example.once/t1x", """{"n":1}""")).Ok;
        _ = (await alice.PostAsync($"{inRoom}/receipt/m.read/{Uri.EscapeDataString(said)}")).Ok;
        _ = (await alice.PutAsync($"user/{alice.UserId}/account_data/org.example.theme", """{"theme":"dark"}""")).Ok;
        _ = (await alice.PostAsync("keys/upload", """{"one_time_keys":{"curve25519:AAAA":"wjpLTLRqbqBzLs63aYaEv2Boi6cFEbbM/sSRQ2oAKk4"}}""")).Ok;
        _ = (await alice.PutAsync($"sendToDevice/org.example.note/d1", $$"""{"messages":{"{{alice.UserId}}":{"{{alice.DeviceId}}":{"a":1} } } }""")).Ok;
        using var upload = new HttpRequestMessage(HttpMethod.Post, "/_matrix/media/v3/upload") { Content = new ByteArrayContent([1, 2, 3]) };
        upload.Headers.Authorization = new("Bearer", alice.AccessToken);
        using var uploaded = await server.Http.SendAsync(upload);
        Assert.True(uploaded.IsSuccessStatusCode, $"{uploaded.StatusCode}");
        return (alice, room, (string)(await alice.GetAsync("sync")).Ok["next_batch"]!);
    }

    static Task<TestServer> StartOnSqliteAsync() => TestServer.StartAsync(static settings => settings with { Postgres = null });

    static async Task RunAsync(HybridSettings settings, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={settings.DatabasePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    async Task AssertRefusedAsync(HybridSettings settings, string expected)
    {
        var refused = await Assert.ThrowsAsync<CommandException>(() => MigrationCommands.MigrateAsync(settings, _target, static _ => { }, default));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
