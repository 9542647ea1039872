using System.Net;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Storage.Push;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.ClientApi.Tests.Pushers;

/// <summary>Pushers of kind <c>http</c>, against a real gateway.</summary>
public sealed class PusherTests : IAsyncLifetime
{
    TestServer _server = null!;
    TestPushGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync(static settings => settings with { AllowPrivateAddresses = true });
        _gateway = await TestPushGateway.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task Pushers_are_set_listed_changed_and_deleted()
    {
        var alice = await _server.RegisterAsync();

        _ = (await SetAsync(alice, more: """,{"profile_tag":"tag"}""")).Ok;
        _ = (await SetAsync(alice, more: """,{"app_display_name":"Renamed","pushkey":"other"}""")).Ok;
        _ = (await SetAsync(alice, more: """,{"app_display_name":"Changed"}""")).Ok;

        var pushers = (await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray();
        Assert.Equal(["Changed", "Renamed"], pushers.Select(static pusher => (string?)pusher!["app_display_name"]));
        Assert.Equal("key", (string?)pushers[0]!["pushkey"]);
        Assert.Equal("http", (string?)pushers[0]!["kind"]);
        Assert.Equal(_gateway.Url, (string?)pushers[0]!["data"]!["url"]);
        Assert.Null(pushers[0]!["profile_tag"]);

        _ = (await alice.PostAsync("pushers/set", """{"app_id":"app","pushkey":"key","kind":null}""")).Ok;
        _ = (await alice.PostAsync("pushers/set", """{"app_id":"app","pushkey":"unknown","kind":null}""")).Ok;
        Assert.Equal("other", (string?)Assert.Single((await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray())!["pushkey"]);
    }

    [Fact]
    public async Task Without_append_a_push_key_is_one_users_alone()
    {
        var (alice, bob, carol) = (await _server.RegisterAsync(), await _server.RegisterAsync(), await _server.RegisterAsync());
        _ = (await SetAsync(alice)).Ok;

        _ = (await SetAsync(bob, more: """,{"append":true}""")).Ok;
        Assert.Single((await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray());

        _ = (await SetAsync(carol)).Ok;
        Assert.Empty((await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray());
        Assert.Empty((await bob.GetAsync("pushers")).Ok["pushers"]!.AsArray());
        Assert.Single((await carol.GetAsync("pushers")).Ok["pushers"]!.AsArray());
    }

    [Fact]
    public async Task Pushers_go_with_their_device_and_with_the_other_sessions_when_the_password_changes()
    {
        var alice = await _server.RegisterAsync();
        var login = (await alice.PostAsync("login", $$"""
            {"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{alice.UserId}}"},"password":"correct horse battery"}
            """)).Ok;
        var second = new TestUser(_server, alice.UserId, (string)login["access_token"]!, (string)login["device_id"]!);
        _ = (await SetAsync(alice)).Ok;
        _ = (await SetAsync(second, more: """,{"pushkey":"second"}""")).Ok;

        _ = (await alice.PostAsync("account/password", $$$"""
            {"new_password":"battery horse correct","auth":{"type":"m.login.password","identifier":{"type":"m.id.user","user":"{{{alice.UserId}}}"},"password":"correct horse battery"}}
            """)).Ok;
        Assert.Equal("key", (string?)Assert.Single((await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray())!["pushkey"]);

        _ = (await alice.PostAsync("logout")).Ok;
        Assert.Empty(await _server.Services.GetRequiredService<IPusherStore>().ListAsync(alice.UserId, default));
    }

    [Fact]
    public async Task A_message_is_pushed_with_its_content_tweaks_and_the_count()
    {
        var (alice, bob, room) = await PairAsync("""{"preset":"public_chat","name":"Mission Control"}""");
        _ = (await SetAsync(alice, data: """{"custom":{"a":1}}""")).Ok;

        var first = await bob.SayAsync(room, "one");
        var second = (string)(await bob.SendEventAsync(
            room, "m.room.message", $$$"""{"msgtype":"m.text","body":"two","m.mentions":{"user_ids":["{{{alice.UserId}}}"]}}""")).Ok["event_id"]!;

        var pushed = await _gateway.ReceiveAsync();
        Assert.Equal(first, (string?)pushed["event_id"]);
        Assert.Equal(room, (string?)pushed["room_id"]);
        Assert.Equal("m.room.message", (string?)pushed["type"]);
        Assert.Equal(bob.UserId.Value, (string?)pushed["sender"]);
        Assert.Equal(bob.UserId.Localpart, (string?)pushed["sender_display_name"]);
        Assert.Equal("Mission Control", (string?)pushed["room_name"]);
        Assert.Equal("one", (string?)pushed["content"]!["body"]);
        var device = Assert.Single(pushed["devices"]!.AsArray())!;
        Assert.Equal("app", (string?)device["app_id"]);
        Assert.Equal("key", (string?)device["pushkey"]);
        Assert.InRange((long)device["pushkey_ts"]!, 1_700_000_000, 4_000_000_000);
        Assert.Equal("""{"custom":{"a":1}}""", device["data"]!.ToJsonString());

        var highlight = await _gateway.ReceiveAsync();
        Assert.Equal(second, (string?)highlight["event_id"]);
        Assert.Equal("high", (string?)highlight["prio"]);
        Assert.True((bool?)highlight["devices"]![0]!["tweaks"]!["highlight"]);
        Assert.Equal(2, (int?)highlight["counts"]!["unread"]);
    }

    [Fact]
    public async Task With_event_id_only_nothing_else_of_the_event_is_told()
    {
        var (alice, bob, room) = await PairAsync();
        _ = (await SetAsync(alice, data: """{"format":"event_id_only"}""")).Ok;

        var said = await bob.SayAsync(room, "secret");

        var pushed = await _gateway.ReceiveAsync();
        Assert.Equal(said, (string?)pushed["event_id"]);
        Assert.Equal(
            ["counts", "devices", "event_id", "prio", "room_id"], pushed.Select(static entry => entry.Key).Order(StringComparer.Ordinal));
        Assert.Equal("event_id_only", (string?)pushed["devices"]![0]!["data"]!["format"]);
    }

    [Fact]
    public async Task Own_messages_and_what_is_silenced_are_not_pushed_and_reading_tells_the_count()
    {
        var (alice, bob, room) = await PairAsync();
        _ = (await SetAsync(alice)).Ok;
        _ = await alice.SayAsync(room, "mine");
        _ = (await bob.SendEventAsync(room, "m.reaction", """{"m.relates_to":{}}""")).Ok;
        var said = await bob.SayAsync(room, "theirs");

        Assert.Equal(said, (string?)(await _gateway.ReceiveAsync())["event_id"]);

        _ = (await alice.InRoomAsync(room, $"receipt/m.read/{Uri.EscapeDataString(said)}")).Ok;
        var badge = await _gateway.ReceiveAsync();
        Assert.Null(badge["event_id"]);
        Assert.Equal(0, (int?)badge["counts"]!["unread"]);
    }

    [Fact]
    public async Task Invitations_are_pushed_to_those_who_are_invited()
    {
        var (alice, bob) = (await _server.RegisterAsync(), await _server.RegisterAsync());
        _ = (await SetAsync(alice)).Ok;

        _ = await bob.CreateRoomAsync($$"""{"invite":["{{alice.UserId}}"]}""");

        var pushed = await _gateway.ReceiveAsync();
        Assert.Equal("m.room.member", (string?)pushed["type"]);
        Assert.True((bool?)pushed["user_is_target"]);
        Assert.Equal(1, (int?)pushed["counts"]!["unread"]);
    }

    [Fact]
    public async Task Invitations_that_are_ignored_are_not_pushed_and_do_not_count()
    {
        var (alice, bob, carol) = (await _server.RegisterAsync(), await _server.RegisterAsync(), await _server.RegisterAsync());
        _ = (await SetAsync(alice)).Ok;
        _ = (await alice.PutAsync($"user/{alice.UserId}/account_data/org.matrix.msc4155.invite_permission_config", $$"""{"ignored_users":["{{bob.UserId}}"]}""")).Ok;

        var ignored = await bob.CreateRoomAsync($$"""{"invite":["{{alice.UserId}}"]}""");
        var seen = await carol.CreateRoomAsync($$"""{"invite":["{{alice.UserId}}"]}""");

        var pushed = await _gateway.ReceiveAsync();
        Assert.Equal((seen, 1), ((string?)pushed["room_id"], (int?)pushed["counts"]!["unread"]));
        Assert.Equal("invite", (string?)(await bob.GetStateAsync(ignored, "m.room.member", alice.UserId.Value)).Ok["membership"]);
        Assert.Equal(seen, Assert.Single((await alice.GetAsync("sync")).Ok["rooms"]!["invite"]!.AsObject()).Key);
    }

    [Fact]
    public async Task What_fails_is_tried_again_in_order_and_over_a_restart()
    {
        var (alice, bob, room) = await PairAsync();
        _ = (await SetAsync(alice)).Ok;
        _gateway.Answer = static _ => (HttpStatusCode.BadGateway, "");
        var first = await bob.SayAsync(room, "one");
        Assert.Equal(first, (string?)(await _gateway.ReceiveAsync())["event_id"]);
        var second = await bob.SayAsync(room, "two");

        await _server.StopAsync();
        while (_gateway.HasMore)
            _ = await _gateway.ReceiveAsync();
        _gateway.Answer = static _ => (HttpStatusCode.OK, "{}");
        await _server.RestartAsync();

        Assert.Equal(first, (string?)(await _gateway.ReceiveAsync())["event_id"]);
        Assert.Equal(second, (string?)(await _gateway.ReceiveAsync())["event_id"]);
        var third = await bob.SayAsync(room, "three");
        Assert.Equal(third, (string?)(await _gateway.ReceiveAsync())["event_id"]);
    }

    [Fact]
    public async Task A_rejected_push_key_ends_its_pusher()
    {
        var (alice, bob, room) = await PairAsync();
        _ = (await SetAsync(alice)).Ok;
        _ = (await SetAsync(alice, more: """,{"pushkey":"good"}""")).Ok;
        _gateway.Answer = static notification => (string?)notification["devices"]![0]!["pushkey"] == "key"
            ? (HttpStatusCode.OK, """{"rejected":["key"]}""")
            : (HttpStatusCode.OK, """{"rejected":[]}""");

        var first = await bob.SayAsync(room, "one");
        Assert.Equal(first, (string?)(await _gateway.ReceiveAsync())["event_id"]);
        Assert.Equal(first, (string?)(await _gateway.ReceiveAsync())["event_id"]);
        var second = await bob.SayAsync(room, "two");
        var pushed = await _gateway.ReceiveAsync();

        Assert.Equal((second, "good"), ((string?)pushed["event_id"], (string?)pushed["devices"]![0]!["pushkey"]));
        Assert.Equal("good", (string?)Assert.Single((await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray())!["pushkey"]);
    }

    [Fact]
    public async Task Private_addresses_are_not_connected_to()
    {
        await using var strict = await TestServer.StartAsync(static settings => settings);
        var (alice, bob) = (await strict.RegisterAsync(), await strict.RegisterAsync());
        var room = await alice.CreateRoomAsync("""{"preset":"public_chat"}""");
        _ = (await bob.InRoomAsync(room, "join")).Ok;
        var gateway = _gateway.Url.Replace("http:", "https:", StringComparison.Ordinal);
        (await SetAsync(alice)).ShouldBe(400, "M_INVALID_PARAM");
        _ = (await alice.PostAsync("pushers/set", Body(gateway, "", "").ToJsonString())).Ok;

        _ = await bob.SayAsync(room, "one");
        var store = strict.Services.GetRequiredService<IPusherStore>();
        var pusher = Assert.Single(await store.ListAsync(alice.UserId, default));
        while ((await store.ReadQueueAsync(pusher.Number, 1, default)).Count == 0)
            await Task.Yield();

        // Stopping waits for what is under way: had the connection been made, the gateway would have been spoken to.
        await strict.StopAsync();
        Assert.False(_gateway.HasMore);
    }

    [Theory]
    [InlineData("""{"kind":"http","app_id":"app"}""", "M_BAD_JSON")]
    [InlineData("""{"app_id":"app","pushkey":"key"}""", "M_BAD_JSON")]
    [InlineData("""{"kind":"http","app_id":"app","pushkey":"key"}""", "M_MISSING_PARAM")]
    [InlineData("""{"kind":"sms","app_id":"app","pushkey":"key","app_display_name":"a","device_display_name":"d","lang":"en","data":{}}""", "M_INVALID_PARAM")]
    [InlineData("""{"kind":"http","app_id":"app","pushkey":"key","app_display_name":"a","device_display_name":"d","lang":"en","data":{}}""", "M_INVALID_PARAM")]
    [InlineData("""{"kind":"http","app_id":"app","pushkey":"key","app_display_name":"a","device_display_name":"d","lang":"en","data":[]}""", "M_INVALID_PARAM")]
    [InlineData("""{"kind":"http","app_id":"app","pushkey":"key","app_display_name":"a","device_display_name":"d","lang":"en","data":{"url":"https://example.org/other"}}""", "M_INVALID_PARAM")]
    [InlineData("""{"kind":"http","app_id":"app","pushkey":"","app_display_name":"a","device_display_name":"d","lang":"en","data":{"url":"https://example.org/_matrix/push/v1/notify"}}""", "M_INVALID_PARAM")]
    [InlineData("""{"kind":"email","app_id":"m.email","pushkey":"a@example.org","app_display_name":"a","device_display_name":"d","lang":"en","data":{}}""", "M_UNKNOWN")]
    public async Task What_makes_no_sense_is_refused(string body, string code)
    {
        var alice = await _server.RegisterAsync();

        (await alice.PostAsync("pushers/set", body)).ShouldBe(400, code);

        Assert.Empty((await alice.GetAsync("pushers")).Ok["pushers"]!.AsArray());
        var stranger = new TestUser(_server, alice.UserId, "no-token", alice.DeviceId);
        (await stranger.GetAsync("pushers")).ShouldBe(401, "M_UNKNOWN_TOKEN");
        (await stranger.PostAsync("pushers/set", body)).ShouldBe(401, "M_UNKNOWN_TOKEN");
    }

    // What differs from the usual comes as an object after a comma, for the sake of readable tests.
    Task<Answer> SetAsync(TestUser user, string more = "", string data = "") => user.PostAsync("pushers/set", Body(_gateway.Url, more, data).ToJsonString());

    static JsonObject Body(string url, string more, string data)
    {
        var body = JsonNode.Parse(
            """{"app_id":"app","pushkey":"key","kind":"http","app_display_name":"App","device_display_name":"Device","lang":"en"}""")!.AsObject();
        body["data"] = JsonNode.Parse(data == "" ? "{}" : data);
        body["data"]!["url"] = url;
        foreach (var (name, value) in more == "" ? [] : JsonNode.Parse(more[1..])!.AsObject())
            body[name] = value?.DeepClone();
        return body;
    }

    async Task<(TestUser Alice, TestUser Bob, string Room)> PairAsync(string room = """{"preset":"public_chat"}""")
    {
        var (alice, bob) = (await _server.RegisterAsync(), await _server.RegisterAsync());
        var roomId = await alice.CreateRoomAsync(room);
        _ = (await bob.InRoomAsync(roomId, "join")).Ok;
        return (alice, bob, roomId);
    }
}
