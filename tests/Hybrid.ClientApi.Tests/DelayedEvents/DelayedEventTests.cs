using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.DelayedEvents;

public sealed class DelayedEventTests(TestServer server) : IClassFixture<TestServer>
{
    const string Path = "/_matrix/client/unstable/org.matrix.msc4140/delayed_events";
    const string LongDelay = "org.matrix.msc4140.delay=3600000";

    [Fact]
    public async Task A_delayed_message_comes_when_its_time_does()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var since = (string)(await alice.GetAsync("sync")).Ok["next_batch"]!;

        var delayId = await ScheduleAsync(alice, $"rooms/{room}/send/m.room.message/1?org.matrix.msc4140.delay=50", """{"msgtype":"m.text","body":"later"}""");

        var said = (await alice.GetAsync($"sync?since={since}&timeout=30000")).Ok["rooms"]!["join"]![room]!["timeline"]!["events"]![0]!;
        Assert.Equal("later", (string?)said["content"]!["body"]);
        var finalized = await FinalizedAsync(alice, delayId);
        Assert.Equal("send", (string?)finalized["outcome"]);
        Assert.Equal("delay", (string?)finalized["reason"]);
        Assert.Equal((string?)said["event_id"], (string?)finalized["event_id"]);
        Assert.True((long)finalized["finalised_ts"]! > 0);
        var alone = (await alice.GetAsync($"{Path}/{delayId}")).Ok;
        Assert.Equal(("later", 50, 50), ((string?)alone["content"]!["body"], (int)alone["delay"]!, (int)alone["delay_ms"]!));
    }

    [Fact]
    public async Task Whoever_knows_the_id_restarts_sends_and_cancels()
    {
        var alice = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var sent = await ScheduleAsync(alice, $"rooms/{room}/state/m.room.name?{LongDelay}", """{"name":"later"}""");
        var canceled = await ScheduleAsync(alice, $"rooms/{room}/state/org.example.a/key?{LongDelay}", """{"a":1}""");

        var scheduled = (await alice.GetAsync($"{Path}?status=scheduled")).Ok;
        Assert.Equal([sent, canceled], scheduled["scheduled"]!.AsArray().Select(static entry => (string)entry!["delay_id"]!));
        Assert.Equal("key", (string?)scheduled["delayed_events"]![1]!["state_key"]);
        Assert.Equal(3600000, (int)scheduled["scheduled"]![0]!["delay"]!);
        Assert.False(scheduled.ContainsKey("finalised"));
        Assert.Equal([canceled], (await alice.GetAsync($"{Path}?delay_id={canceled}&delay_id=other")).Ok["scheduled"]!.AsArray().Select(static entry => (string)entry!["delay_id"]!));
        var began = (long)scheduled["scheduled"]![0]!["running_since"]!;

        Assert.Equal(200, await ActAsync($"{sent}/restart"));
        Assert.True((long)(await alice.GetAsync($"{Path}/{sent}")).Ok["running_since"]! >= began);
        Assert.Equal(200, await ActAsync($"{sent}/send"));
        Assert.Equal(200, await ActAsync(canceled, """{"action":"cancel"}"""));

        Assert.Equal("later", (string?)(await alice.GetStateAsync(room, "m.room.name")).Ok["name"]);
        (await alice.GetStateAsync(room, "org.example.a", "key")).ShouldBe(404, "M_NOT_FOUND");
        Assert.Equal("send", (string?)(await FinalizedAsync(alice, sent))["outcome"]);
        Assert.Equal("action", (string?)(await FinalizedAsync(alice, canceled))["reason"]);
        Assert.Equal("cancel", (string?)(await FinalizedAsync(alice, canceled))["outcome"]);
        foreach (var action in (string[])["restart", "send", "cancel"])
            Assert.Equal(404, await ActAsync($"{sent}/{action}"));
        var finalized = (await alice.GetAsync($"{Path}?status=finalised")).Ok["finalised"]!.AsArray();
        var outcomes = finalized.ToDictionary(static entry => (string)entry!["delayed_event"]!["delay_id"]!, static entry => (string)entry!["outcome"]!);
        Assert.Equal(new Dictionary<string, string> { [sent] = "send", [canceled] = "cancel" }, outcomes);
    }

    [Fact]
    public async Task State_that_others_set_meanwhile_cancels_and_ones_own_does_not()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat","power_level_content_override":{"state_default":0}}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var voided = await ScheduleAsync(alice, $"rooms/{room}/state/org.example.a/x?{LongDelay}", """{"by":"delay"}""");
        var kept = await ScheduleAsync(alice, $"rooms/{room}/state/org.example.a/y?{LongDelay}", """{"by":"delay"}""");

        _ = (await alice.SetStateAsync(room, "org.example.a", "x", """{"by":"alice"}""")).Ok;
        _ = (await alice.SetStateAsync(room, "org.example.a", "y", """{"by":"alice"}""")).Ok;
        Assert.Equal(2, (await alice.GetAsync(Path)).Ok["scheduled"]!.AsArray().Count);
        _ = (await bob.SetStateAsync(room, "org.example.a", "x", """{"by":"bob"}""")).Ok;

        var finalized = await FinalizedAsync(alice, voided);
        Assert.Equal("cancel", (string?)finalized["outcome"]);
        Assert.Equal("error", (string?)finalized["reason"]);
        Assert.Equal("M_CANCELLED_BY_STATE_UPDATE", (string?)finalized["error"]!["errcode"]);
        Assert.Equal([kept], (await alice.GetAsync(Path)).Ok["scheduled"]!.AsArray().Select(static entry => (string)entry!["delay_id"]!));
    }

    [Fact]
    public async Task A_delayed_leave_is_a_leave_and_a_refused_event_says_why()
    {
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var refused = await ScheduleAsync(bob, $"rooms/{room}/state/m.room.name?{LongDelay}", """{"name":"mine"}""");
        var leaving = await ScheduleAsync(bob, $"rooms/{room}/state/m.room.member/{bob.UserId}?{LongDelay}", """{"membership":"leave"}""");

        Assert.Equal(403, await ActAsync($"{refused}/send"));
        Assert.Equal(200, await ActAsync($"{leaving}/send"));

        var failed = await FinalizedAsync(bob, refused);
        Assert.Equal("cancel", (string?)failed["outcome"]);
        Assert.Equal("M_FORBIDDEN", (string?)failed["error"]!["errcode"]);
        Assert.Equal("leave", (string?)(await alice.GetStateAsync(room, "m.room.member", bob.UserId.Value)).Ok["membership"]);
    }

    [Fact]
    public async Task What_is_scheduled_outlives_a_restart_and_what_came_due_is_sent()
    {
        await using var own = await TestServer.StartAsync(static settings => settings);
        var alice = await own.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var later = await ScheduleAsync(alice, $"rooms/{room}/state/m.room.topic?{LongDelay}", """{"topic":"later"}""");
        var soon = await ScheduleAsync(alice, $"rooms/{room}/state/m.room.name?org.matrix.msc4140.delay=400", """{"name":"soon"}""");

        await own.RestartAsync();

        Assert.Equal("send", (string?)(await FinalizedAsync(alice, soon))["outcome"]);
        Assert.Equal("soon", (string?)(await alice.GetStateAsync(room, "m.room.name")).Ok["name"]);
        Assert.Equal([later], (await alice.GetAsync(Path)).Ok["scheduled"]!.AsArray().Select(static entry => (string)entry!["delay_id"]!));
    }

    [Fact]
    public async Task Delays_have_limits()
    {
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();

        var tooLong = await alice.PutAsync($"rooms/{room}/send/m.test/1?org.matrix.msc4140.delay=86400001");
        tooLong.ShouldBe(400, "M_UNKNOWN");
        Assert.Equal("M_MAX_DELAY_EXCEEDED", (string?)tooLong.Body["org.matrix.msc4140.errcode"]);
        Assert.Equal(86400000, (long)tooLong.Body["org.matrix.msc4140.max_delay"]!);
        (await alice.PutAsync($"rooms/{room}/send/m.test/1?org.matrix.msc4140.delay=-1")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PutAsync($"rooms/{room}/send/m.test/1?org.matrix.msc4140.delay=soon")).ShouldBe(400, "M_INVALID_PARAM");
        (await eve.PutAsync($"rooms/{room}/send/m.test/1?{LongDelay}")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.PutAsync($"rooms/!unknown:test.local/send/m.test/1?{LongDelay}")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.PutAsync($"rooms/{room}/send/m.test/1?{LongDelay}", $$"""{"a":"{{new string('x', 70_000)}}"}""")).ShouldBe(413, "M_TOO_LARGE");

        for (var i = 0; i < 100; i++)
            await ScheduleAsync(alice, $"rooms/{room}/send/m.test/{i}?{LongDelay}", "{}");
        var tooMany = await alice.PutAsync($"rooms/{room}/send/m.test/100?{LongDelay}");
        tooMany.ShouldBe(429, "M_LIMIT_EXCEEDED");
        Assert.True((long)tooMany.Body["retry_after_ms"]! > 3_000_000);
    }

    [Fact]
    public async Task Others_and_nonsense_get_nothing()
    {
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();
        var room = await alice.CreateRoomAsync();
        var delayId = await ScheduleAsync(alice, $"rooms/{room}/send/m.test/1?{LongDelay}", "{}");

        (await eve.GetAsync($"{Path}/{delayId}")).ShouldBe(404, "M_NOT_FOUND");
        Assert.Empty((await eve.GetAsync(Path)).Ok["scheduled"]!.AsArray());
        (await alice.GetAsync($"{Path}?status=unknown")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync($"{Path}/{delayId}")).ShouldBe(400, "M_MISSING_PARAM");
        (await alice.PostAsync($"{Path}/{delayId}", """{"action":"explode"}""")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync($"{Path}/{delayId}/explode")).ShouldBe(404, "M_UNRECOGNIZED");
        (await alice.PostAsync($"{Path}/unknown/cancel")).ShouldBe(404, "M_NOT_FOUND");
        using var anonymous = await server.Http.GetAsync(new Uri(Path, UriKind.Relative));
        Assert.Equal(401, (int)anonymous.StatusCode);
        _ = (await alice.PostAsync($"{Path}/{delayId}/cancel")).Ok;
    }

    async Task<int> ActAsync(string path, string? body = null)
    {
        using var content = new StringContent(body ?? "{}");
        using var response = await server.Http.PostAsync(new Uri($"{Path}/{path}", UriKind.Relative), content);
        return (int)response.StatusCode;
    }

    static async Task<string> ScheduleAsync(TestUser user, string path, string content) => (string)(await user.PutAsync(path, content)).Ok["delay_id"]!;

    /// <summary>Asks for an event, as clients do, until it is known what became of it.</summary>
    static async Task<JsonObject> FinalizedAsync(TestUser user, string delayId)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var found = (await user.GetAsync($"{Path}/{delayId}")).Ok;
            if (found["finalised"] is JsonObject finalized)
                return finalized;
            await Task.Delay(20, deadline.Token);
        }
    }
}
