using Hybrid.Server.Composition;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Hybrid.ClientApi.Tests.Hosting;

/// <summary><c>hybrid fsck</c> beside a running server.</summary>
public sealed class FsckTests
{
    [Fact]
    public async Task A_server_in_use_has_no_problems_and_damage_is_named()
    {
        var server = await TestServer.StartAsync(static settings => settings);
        try
        {
            var user = await server.RegisterAsync();
            var room = await user.CreateRoomAsync("""{"preset":"public_chat","name":"checked"}""");
            var said = await user.SayAsync(room, "kept");
            var redacted = await user.SayAsync(room, "redacted");
            _ = (await user.PutAsync($"rooms/{Uri.EscapeDataString(room)}/redact/{Uri.EscapeDataString(redacted)}/r1")).Ok;

            var problems = new List<string>();
            var whole = await StoreCommands.CheckAsync(server.Settings, problems.Add, default);
            Assert.Empty(problems);
            Assert.Equal((1, 0), (whole.Rooms, whole.Problems));
            Assert.InRange(whole.Events, 9, 12);
            Assert.InRange(whole.Maps, 5, whole.Events);
            Assert.True(whole.Nodes >= whole.Maps - 1);

            await DamageAsync(server, server.Postgres is null
                ? $"UPDATE events SET json = CAST(replace(CAST(json AS TEXT), 'kept', 'bent') AS BLOB) WHERE event_id = '{said}'"
                : $"UPDATE events SET json = convert_to(replace(convert_from(json, 'UTF8'), 'kept', 'bent'), 'UTF8') WHERE event_id = '{said}'");
            await StoreCommands.CheckAsync(server.Settings, problems.Add, default);
            Assert.Contains(said, Assert.Single(problems), StringComparison.Ordinal);

            problems.Clear();
            await DamageAsync(server, "UPDATE state_nodes SET bytes = hash");
            var damaged = await StoreCommands.CheckAsync(server.Settings, problems.Add, default);
            Assert.Contains(room, Assert.Single(problems), StringComparison.Ordinal);
            Assert.Equal(1, damaged.Problems);
        }
        finally
        {
            await ((IAsyncLifetime)server).DisposeAsync();
        }
    }

    // Behind the server's back, as a failing disk would.
    static async Task DamageAsync(TestServer server, string sql)
    {
        if (server.Postgres is { } address)
        {
            await using var database = await PostgresDatabase.OpenAsync(address, new StreamHub(), besideServer: true);
            Assert.NotEqual(0, await database.ExecuteAsync(sql, [], default));
        }
        else
        {
            await using var connection = new SqliteConnection($"Data Source={server.Settings.DatabasePath};Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
        }
    }
}
