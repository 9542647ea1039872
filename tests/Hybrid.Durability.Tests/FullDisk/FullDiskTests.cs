using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Server.Configuration;
using Hybrid.Server.Hosting;
using Hybrid.Storage.Space;
using Hybrid.Storage.Sqlite.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Hybrid.Durability.Tests.FullDisk;

/// <summary>A server without room to write: a clear error, reading goes on, nothing acknowledged is lost, and it recovers by itself.</summary>
public sealed class FullDiskTests
{
    const string Help = "https://test.local/help";

    [Fact]
    public async Task A_database_that_finds_no_room_is_read_only_until_there_is_some()
    {
        // SQLite itself answers SQLITE_FULL at a number of pages, on any file system.
        await using var server = await TestServer.StartAsync(static settings => settings with { MinimumFreeSpace = 0, AdminContact = new Uri(Help) });
        var pages = server.Services.GetRequiredService<SqliteDatabase>().Read(static session => session.QueryInteger("PRAGMA page_count"));

        await ExerciseAsync(server, () => SetMaxPagesAsync(server, pages!.Value + 20), () => SetMaxPagesAsync(server, 1 << 30));
    }

    [TmpfsFact]
    public async Task A_file_system_that_is_full_makes_the_server_read_only_until_there_is_room()
    {
        using var disk = new SmallDisk(16 << 20);
        await using var server = await TestServer.StartAsync(On(disk, minimumFreeSpace: 0));

        await ExerciseAsync(server, () => disk.FillAsync(leave: 0), disk.EmptyAsync);
    }

    [TmpfsFact]
    public async Task Below_the_floor_the_server_stops_writing_before_the_disk_is_full()
    {
        using var disk = new SmallDisk(32 << 20);
        await using var server = await TestServer.StartAsync(On(disk, minimumFreeSpace: 256 << 20));
        var user = await server.RegisterAsync();
        var room = await user.CreateRoomAsync();

        // The floor of a small file system is a sixteenth of it: here 2 MiB.
        await disk.FillAsync(leave: 1 << 20);
        await LookAsync(server);
        (await user.SendEventAsync(room, "m.room.message", "{}")).ShouldBe(507, "M_RESOURCE_LIMIT_EXCEEDED");
        Assert.Contains("minimum_free_space", server.Services.GetRequiredService<StorageSpace>().FullBecause, StringComparison.Ordinal);
        Assert.True(disk.Free > 900 << 10, "room was left for what the database does on its own");

        await disk.EmptyAsync();
        await LookAsync(server);
        await user.SayAsync(room, "again");
    }

    [TmpfsFact]
    public async Task A_server_that_ended_on_a_full_disk_starts_on_it_to_be_read()
    {
        // The floor, a sixteenth, is twice what is held in reserve.
        using var disk = new SmallDisk(64 << 20);
        await using var server = await TestServer.StartAsync(On(disk, minimumFreeSpace: 256 << 20));
        var user = await server.RegisterAsync();
        var room = await user.CreateRoomAsync();
        var before = await user.SayAsync(room, "before");

        for (var start = 0; start < 3; start++)
        {
            await disk.FillAsync(leave: 0);
            await server.RestartAsync();
            await AssertThereAsync(user, room, [before]);
            (await user.SendEventAsync(room, "m.room.message", "{}")).ShouldBe(507, "M_RESOURCE_LIMIT_EXCEEDED");

            await disk.EmptyAsync();
            await LookAsync(server);
            await user.SayAsync(room, "after");
        }
    }

    static async Task ExerciseAsync(TestServer server, Func<Task> fill, Func<Task> empty)
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var before = await alice.SayAsync(room, "before");
        var since = (string)(await bob.GetAsync("sync")).Ok["next_batch"]!;
        var told = 0;
        server.Services.GetRequiredService<StorageSpace>().Changed += reason => told += reason is null ? 0 : 1;

        await fill();
        var acknowledged = new List<string> { before };
        Answer answer;
        do
        {
            answer = await alice.SendEventAsync(room, "m.room.message", $$"""{"msgtype":"m.text","body":"{{new string('x', 20_000)}}"}""");
            if (answer.ErrorCode is null)
                acknowledged.Add((string)answer.Ok["event_id"]!);
        }
        while (answer.ErrorCode is null && acknowledged.Count < 5000);

        answer.ShouldBe(507, "M_RESOURCE_LIMIT_EXCEEDED");
        Assert.Equal(Help, (string?)answer.Body["admin_contact"]);
        (await alice.PostAsync("createRoom")).ShouldBe(507, "M_RESOURCE_LIMIT_EXCEEDED");
        Assert.Equal((507, "M_RESOURCE_LIMIT_EXCEEDED"), await UploadAsync(server, alice));
        Assert.Equal(1, told);
        await LookAsync(server);
        Assert.NotNull(server.Services.GetRequiredService<StorageSpace>().FullBecause);

        // Reading goes on: a sync from before, a first sync, history.
        var synced = (await bob.GetAsync($"sync?since={since}")).Ok;
        Assert.Equal(acknowledged.Count > 1, synced["rooms"]?["join"]?[room] is not null);
        _ = (await bob.GetAsync("sync")).Ok;
        await AssertThereAsync(bob, room, acknowledged);

        await empty();
        await LookAsync(server);
        Assert.Null(server.Services.GetRequiredService<StorageSpace>().FullBecause);
        acknowledged.Add(await alice.SayAsync(room, "after"));
        Assert.Equal(200, (await UploadAsync(server, alice)).Status);
        Assert.Equal(1, told);

        await server.RestartAsync();
        await AssertThereAsync(bob, room, acknowledged);
        Assert.Equal("ok", server.Services.GetRequiredService<SqliteDatabase>().Read(static session => session.QueryText("PRAGMA integrity_check")));
    }

    static async Task AssertThereAsync(TestUser user, string room, IEnumerable<string> events)
    {
        foreach (var eventId in events)
            _ = (await user.GetAsync($"rooms/{Uri.EscapeDataString(room)}/event/{Uri.EscapeDataString(eventId)}")).Ok;
    }

    static async Task<(int Status, string? Code)> UploadAsync(TestServer server, TestUser user)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_matrix/media/v3/upload") { Content = new ByteArrayContent(new byte[200_000]) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", user.AccessToken);
        using var response = await server.Http.SendAsync(request);
        return ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errcode"]);
    }

    static Task<long?> SetMaxPagesAsync(TestServer server, long pages) => server.Services.GetRequiredService<SqliteDatabase>()
        .WriteAnywayAsync(writer => writer.Session.QueryInteger($"PRAGMA max_page_count = {pages}"), CancellationToken.None).AsTask();

    /// <summary>What the server does every two seconds, now.</summary>
    static Task LookAsync(TestServer server) =>
        server.Services.GetServices<IHostedService>().OfType<SpaceWatch>().Single().LookAsync(CancellationToken.None);

    static Func<HybridSettings, HybridSettings> On(SmallDisk disk, long minimumFreeSpace) => settings => settings with
    {
        DataFolder = disk.Path,
        DatabasePath = Path.Combine(disk.Path, "hybrid.db"),
        MinimumFreeSpace = minimumFreeSpace,
        AdminContact = new Uri(Help),
    };
}
