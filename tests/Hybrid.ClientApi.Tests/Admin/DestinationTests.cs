using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.Events;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.ClientApi.Tests.Admin;

public sealed class DestinationTests(TestServer server) : IClassFixture<TestServer>
{
    const string Path = "/_synapse/admin/v1/federation/destinations";

    [Fact]
    public async Task Servers_are_listed_with_what_they_fail_at_and_tried_again_when_asked()
    {
        var admin = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        var other = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");

        // Nothing listens there: they fail at once.
        foreach (var (in_, name) in new[] { (room, "127.0.0.1:1"), (room, "127.0.0.1:2"), (other, "127.0.0.1:2") })
            await JoinAsync(in_, UserId.Parse($"@user:{name}"));
        await alice.SayAsync(room, "hello");
        await FailAsync("127.0.0.1:1");
        await FailAsync("127.0.0.1:2");

        var listed = (await admin.GetAsync($"{Path}?destination=127.0.0.1:&limit=1")).Ok;
        Assert.Equal(2, (int)listed["total"]!);
        Assert.Equal("1", (string?)listed["next_token"]);
        Assert.Equal(["127.0.0.1:1"], Names(listed));
        var last = (await admin.GetAsync($"{Path}?destination=127.0.0.1:&limit=1&from=1")).Ok;
        Assert.Equal(["127.0.0.1:2"], Names(last));
        Assert.False(last.ContainsKey("next_token"));
        Assert.Equal(["127.0.0.1:2", "127.0.0.1:1"], Names((await admin.GetAsync($"{Path}?destination=127.0.0.1:&dir=b")).Ok));
        Assert.Equal(2, Names((await admin.GetAsync($"{Path}?destination=127.0.0.1:&order_by=failure_ts")).Ok).Count);

        var status = (await admin.GetAsync($"{Path}/127.0.0.1:2")).Ok;
        Assert.Equal("127.0.0.1:2", (string?)status["destination"]);
        Assert.True((long)status["failure_ts"]! > 0);
        Assert.True((long)status["retry_last_ts"]! >= (long)status["failure_ts"]!);
        Assert.True((long)status["retry_interval"]! > 0);
        Assert.True((long)status["last_successful_stream_ordering"]! >= 0);

        var rooms = (await admin.GetAsync($"{Path}/127.0.0.1:2/rooms")).Ok;
        Assert.Equal(2, (int)rooms["total"]!);
        Assert.Equal(
            new[] { room, other }.Order(StringComparer.Ordinal),
            rooms["rooms"]!.AsArray().Select(static entry => (string)entry!["room_id"]!));

        _ = (await admin.PostAsync($"{Path}/127.0.0.1:1/reset_connection")).Ok;

        // Nothing was sent there yet, so it does not fail.
        await JoinAsync(await alice.CreateRoomAsync("""{"preset":"public_chat"}"""), UserId.Parse("@user:127.0.0.2:1"));
        Assert.Null((await admin.GetAsync($"{Path}/127.0.0.2:1")).Ok["failure_ts"]);
        (await admin.PostAsync($"{Path}/127.0.0.2:1/reset_connection")).ShouldBe(400, "M_UNKNOWN");
    }

    [Fact]
    public async Task Servers_that_nobody_has_met_are_not_found()
    {
        var admin = await server.RegisterAdministratorAsync();
        foreach (var name in (string[])["never.test", "not%20a%20name", "test.local"])
        {
            (await admin.GetAsync($"{Path}/{name}")).ShouldBe(404, "M_NOT_FOUND");
            (await admin.GetAsync($"{Path}/{name}/rooms")).ShouldBe(404, "M_NOT_FOUND");
            (await admin.PostAsync($"{Path}/{name}/reset_connection")).ShouldBe(404, "M_NOT_FOUND");
        }
    }

    [Theory]
    [InlineData("?from=-1")]
    [InlineData("?limit=-1")]
    [InlineData("?dir=up")]
    [InlineData("?order_by=color")]
    public async Task Lists_that_make_no_sense_are_refused(string query)
    {
        var admin = await server.RegisterAdministratorAsync();
        (await admin.GetAsync(Path + query)).ShouldBe(400, "M_INVALID_PARAM");
    }

    [Fact]
    public async Task Only_administrators_see_them()
    {
        var alice = await server.RegisterAsync();
        (await alice.GetAsync(Path)).ShouldBe(403, "M_FORBIDDEN");
        (await alice.GetAsync($"{Path}/never.test")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.GetAsync($"{Path}/never.test/rooms")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.PostAsync($"{Path}/never.test/reset_connection")).ShouldBe(403, "M_FORBIDDEN");
    }

    static List<string> Names(JsonObject list) => [.. list["destinations"]!.AsArray().Select(static entry => (string)entry!["destination"]!)];

    async Task JoinAsync(string roomId, UserId user)
    {
        var room = (await server.Services.GetRequiredService<RoomRegistry>().FindAsync(RoomId.Parse(roomId), default))!;
        var joined = await room.ChangeAsync(
            (draft, _) => ValueTask.FromResult(draft.Add(
                new EventProposal("m.room.member", user, """{"membership":"join"}"""u8.ToArray()) { StateKey = user.Value })),
            default);
        Assert.Null(joined.Error);
    }

    Task FailAsync(string name) => server.Services.GetRequiredService<IDestinationHealth>()
        .FailedAsync(ServerName.Parse(name), DateTimeOffset.UtcNow, default).AsTask();
}
