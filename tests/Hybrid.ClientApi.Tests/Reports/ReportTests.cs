using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Reports;

public sealed class ReportTests(TestServer server) : IClassFixture<TestServer>
{
    const string Events = "/_synapse/admin/v1/event_reports";
    const string Rooms = "/_synapse/admin/v1/room_reports";
    const string Users = "/_synapse/admin/v1/user_reports";

    [Fact]
    public async Task A_reported_event_is_shown_to_operators_until_they_delete_the_report()
    {
        var admin = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat","name":"Tea","room_alias_name":"reported"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var said = await alice.SayAsync(room, "rude");

        _ = (await bob.InRoomAsync(room, $"report/{said}", """{"reason":"makes me sad","score":-30}""")).Ok;

        var listed = (await admin.GetAsync($"{Events}?room_id={Uri.EscapeDataString(room)}")).Ok;
        Assert.Equal(1, (int)listed["total"]!);
        var report = Assert.Single(listed["event_reports"]!.AsArray())!;
        Assert.Equal("makes me sad", (string?)report["reason"]);
        Assert.Equal(-30, (int)report["score"]!);
        Assert.Equal("Tea", (string?)report["name"]);
        Assert.Equal("#reported:test.local", (string?)report["canonical_alias"]);
        Assert.Equal(bob.UserId.Value, (string?)report["user_id"]);
        Assert.Equal(alice.UserId.Value, (string?)report["sender"]);
        var path = $"{Events}/{report["id"]}";
        Assert.Equal("rude", (string?)(await admin.GetAsync(path)).Ok["event_json"]!["content"]!["body"]);
        Assert.Equal(1, (int)(await admin.GetAsync($"{Events}?event_sender_user_id={alice.UserId}&user_id={bob.UserId}&dir=f")).Ok["total"]!);

        _ = (await admin.DeleteAsync(path)).Ok;
        (await admin.GetAsync(path)).ShouldBe(404, "M_NOT_FOUND");
        (await admin.DeleteAsync(path)).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task Events_are_reported_by_members_who_can_see_them_only()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""
            {"preset":"public_chat","initial_state":[{"type":"m.room.history_visibility","content":{"history_visibility":"joined"}}]}
            """);
        var early = await alice.SayAsync(room, "early");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var redacted = await alice.SayAsync(room, "oops");
        _ = (await alice.PutAsync($"rooms/{Uri.EscapeDataString(room)}/redact/{redacted}/r1")).Ok;
        var said = await alice.SayAsync(room, "late");

        _ = (await bob.InRoomAsync(room, $"report/{said}")).Ok;
        (await bob.InRoomAsync(room, $"report/{early}")).ShouldBe(404, "M_NOT_FOUND");
        (await bob.InRoomAsync(room, $"report/{redacted}")).ShouldBe(404, "M_NOT_FOUND");
        (await eve.InRoomAsync(room, $"report/{said}")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.InRoomAsync(await alice.CreateRoomAsync(), $"report/{said}")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.InRoomAsync("!unknown:test.local", $"report/{said}")).ShouldBe(404, "M_NOT_FOUND");
        (await bob.InRoomAsync(room, $"report/{said}", """{"reason":7}""")).ShouldBe(400, "M_BAD_JSON");
        (await bob.InRoomAsync(room, $"report/{said}", """{"score":"low"}""")).ShouldBe(400, "M_BAD_JSON");
        (await bob.InRoomAsync(room, $"report/{said}", new JsonObject { ["reason"] = new string('x', 20_000) }.ToJsonString())).ShouldBe(413, "M_TOO_LARGE");
    }

    [Fact]
    public async Task Rooms_and_users_are_reported_by_anybody()
    {
        var admin = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"name":"Secret"}""");

        _ = (await eve.InRoomAsync(room, "report", """{"reason":""}""")).Ok;
        _ = (await eve.PostAsync($"users/{alice.UserId}/report", """{"reason":"rude"}""")).Ok;

        var ofRoom = Assert.Single((await admin.GetAsync($"{Rooms}?room_id={Uri.EscapeDataString(room)}")).Ok["room_reports"]!.AsArray())!;
        Assert.Equal("", (string?)ofRoom["reason"]);
        Assert.Equal("Secret", (string?)(await admin.GetAsync($"{Rooms}/{ofRoom["id"]}")).Ok["name"]);
        var ofUser = Assert.Single((await admin.GetAsync($"{Users}?target_user_id={alice.UserId}")).Ok["user_reports"]!.AsArray())!;
        Assert.Equal(eve.UserId.Value, (string?)(await admin.GetAsync($"{Users}/{ofUser["id"]}")).Ok["user_id"]);
        (await admin.DeleteAsync($"{Rooms}/{ofUser["id"]}")).ShouldBe(404, "M_NOT_FOUND");
        _ = (await admin.DeleteAsync($"{Rooms}/{ofRoom["id"]}")).Ok;
        _ = (await admin.DeleteAsync($"{Users}/{ofUser["id"]}")).Ok;
        (await admin.GetAsync($"{Users}/{ofUser["id"]}")).ShouldBe(404, "M_NOT_FOUND");
    }

    [Fact]
    public async Task Reports_of_nothing_and_of_the_wrong_shape_are_refused()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        (await alice.InRoomAsync("!unknown:test.local", "report", """{"reason":"x"}""")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.InRoomAsync(room, "report")).ShouldBe(400, "M_MISSING_PARAM");
        (await alice.InRoomAsync(room, "report", """{"reason":1}""")).ShouldBe(400, "M_BAD_JSON");
        (await alice.InRoomAsync("nonsense", "report", """{"reason":"x"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync("users/@nobody:test.local/report", """{"reason":"x"}""")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PostAsync("users/@nobody:elsewhere.test/report", """{"reason":"x"}""")).ShouldBe(404, "M_NOT_FOUND");
        (await alice.PostAsync($"users/{alice.UserId}/report")).ShouldBe(400, "M_MISSING_PARAM");
        foreach (var path in (string[])[$"rooms/{room}/report", $"rooms/{room}/report/$e", $"users/{alice.UserId}/report"])
        {
            using var anonymous = await server.Http.PostAsync(new Uri($"/_matrix/client/v3/{path}", UriKind.Relative), null);
            Assert.Equal(401, (int)anonymous.StatusCode);
        }
    }

    [Fact]
    public async Task The_queue_is_paged_and_for_administrators_only()
    {
        var admin = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();
        for (var i = 0; i < 3; i++)
            _ = (await alice.PostAsync($"users/{alice.UserId}/report", $$"""{"reason":"{{i}}"}""")).Ok;

        var path = $"{Users}?user_id={alice.UserId}&limit=2";
        var first = (await admin.GetAsync(path)).Ok;
        Assert.Equal(["2", "1"], first["user_reports"]!.AsArray().Select(static report => (string)report!["reason"]!));
        var second = (await admin.GetAsync($"{path}&from={first["next_token"]}")).Ok;
        Assert.Equal(["0"], second["user_reports"]!.AsArray().Select(static report => (string)report!["reason"]!));
        Assert.False(second.ContainsKey("next_token"));
        (await admin.GetAsync($"{Users}?dir=x")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.GetAsync($"{Users}?from=-1")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.GetAsync($"{Users}?user_id=nobody")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.GetAsync($"{Events}/x")).ShouldBe(400, "M_INVALID_PARAM");
        foreach (var queue in (string[])[Events, Rooms, Users])
        {
            (await alice.GetAsync(queue)).ShouldBe(403, "M_FORBIDDEN");
            (await alice.GetAsync($"{queue}/1")).ShouldBe(403, "M_FORBIDDEN");
            (await alice.DeleteAsync($"{queue}/1")).ShouldBe(403, "M_FORBIDDEN");
        }
    }
}
