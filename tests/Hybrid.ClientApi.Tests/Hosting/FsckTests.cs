using Hybrid.Server.Composition;
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

            await DamageAsync(server, $"UPDATE events SET json = CAST(replace(CAST(json AS TEXT), 'kept', 'bent') AS BLOB) WHERE event_id = '{said}'");
            await StoreCommands.CheckAsync(server.Settings, problems.Add, default);
            Assert.Contains(said, Assert.Single(problems), StringComparison.Ordinal);

            problems.Clear();
            await DamageAsync(server, "DELETE FROM state_nodes WHERE rowid = (SELECT MAX(rowid) FROM state_nodes)");
            var damaged = await StoreCommands.CheckAsync(server.Settings, problems.Add, default);
            Assert.Contains(room, Assert.Single(problems), StringComparison.Ordinal);
            Assert.Equal(1, damaged.Problems);
        }
        finally
        {
            await ((IAsyncLifetime)server).DisposeAsync();
        }
    }

    static async Task DamageAsync(TestServer server, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={server.Settings.DatabasePath};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
