using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.Administration;

public sealed class AccountModerationTests(TestServer server) : IClassFixture<TestServer>
{
    const string Lock = "/_matrix/client/v1/admin/lock";
    const string Suspend = "/_matrix/client/v1/admin/suspend";

    [Fact]
    public async Task A_locked_account_can_log_out_and_nothing_else_and_comes_back_unlocked()
    {
        var admin = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();
        var other = await LoginAsync(alice);
        var session = (await other.Content.ReadFromJsonAsync<JsonObject>())!;
        var second = new TestUser(server, alice.UserId, (string)session["access_token"]!, (string)session["device_id"]!);
        Assert.Equal("""{"locked":false}""", (await admin.GetAsync($"{Lock}/{alice.UserId}")).Ok.ToJsonString());

        Assert.Equal("""{"locked":true}""", (await admin.PutAsync($"{Lock}/{alice.UserId}", """{"locked":true}""")).Ok.ToJsonString());

        Assert.Equal("""{"locked":true}""", (await admin.GetAsync($"{Lock}/{alice.UserId}")).Ok.ToJsonString());
        foreach (var path in (string[])["account/whoami", "sync", "joined_rooms", "devices", "/_matrix/client/v1/room_summary/!r:test.local"])
        {
            var refused = await alice.GetAsync(path);
            refused.ShouldBe(401, "M_USER_LOCKED");
            Assert.True((bool)refused.Body["soft_logout"]!);
        }

        using var login = await LoginAsync(alice);
        Assert.Equal("M_USER_LOCKED", (string?)(await login.Content.ReadFromJsonAsync<JsonObject>())!["errcode"]);
        using var refresh = await server.Http.PostAsJsonAsync("/_matrix/client/v3/refresh", new JsonObject { ["refresh_token"] = (string)session["refresh_token"]! });
        Assert.Equal("M_USER_LOCKED", (string?)(await refresh.Content.ReadFromJsonAsync<JsonObject>())!["errcode"]);
        _ = (await second.PostAsync("logout")).Ok;

        _ = (await admin.PutAsync($"{Lock}/{alice.UserId}", """{"locked":false}""")).Ok;
        Assert.Equal(alice.UserId.Value, (string?)(await alice.GetAsync("account/whoami")).Ok["user_id"]);
        (await second.GetAsync("account/whoami")).ShouldBe(401, "M_UNKNOWN_TOKEN");
    }

    [Fact]
    public async Task A_suspended_account_reads_leaves_and_takes_back_and_does_nothing_new()
    {
        var admin = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();
        var bob = await server.RegisterAsync();
        var room = await bob.CreateRoomAsync($$"""{"preset":"public_chat","power_level_content_override":{"redact":0} }""");
        _ = (await alice.InRoomAsync(room, "join")).Ok;
        var mine = await alice.SayAsync(room, "mine");
        var theirs = await bob.SayAsync(room, "theirs");
        var invited = await bob.CreateRoomAsync($$"""{"invite":["{{alice.UserId}}"]}""");
        var open = await bob.CreateRoomAsync("""{"preset":"public_chat"}""");

        _ = (await admin.PutAsync($"{Suspend}/{alice.UserId}", """{"suspended":true}""")).Ok;

        Assert.Equal("""{"suspended":true}""", (await admin.GetAsync($"{Suspend}/{alice.UserId}")).Ok.ToJsonString());
        (await alice.SendEventAsync(room, "m.room.message", "{}")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.SetStateAsync(room, "m.room.topic", "", """{"topic":"x"}""")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.SetStateAsync(invited, "m.room.member", alice.UserId.Value, """{"membership":"join"}""")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.InRoomAsync(open, "join")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.PostAsync($"join/{invited}")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.PostAsync($"knock/{open}")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.PostAsync("createRoom")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.InRoomAsync(room, "invite", $$"""{"user_id":"{{admin.UserId}}"}""")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.PutAsync($"profile/{alice.UserId}/displayname", """{"displayname":"x"}""")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.PutAsync($"rooms/{room}/redact/{theirs}/1")).ShouldBe(403, "M_USER_SUSPENDED");
        (await alice.SendEventAsync(room, "m.room.redaction", $$"""{"redacts":"{{theirs}}"}""")).ShouldBe(403, "M_USER_SUSPENDED");

        _ = (await alice.GetAsync("sync")).Ok;
        _ = (await alice.GetAsync($"rooms/{room}/messages?dir=b")).Ok;
        _ = (await alice.PutAsync($"rooms/{room}/redact/{mine}/2")).Ok;
        _ = (await alice.InRoomAsync(invited, "leave")).Ok;
        _ = (await alice.SetStateAsync(room, "m.room.member", alice.UserId.Value, """{"membership":"leave"}""")).Ok;
        _ = (await LoginAsync(alice)).EnsureSuccessStatusCode();

        _ = (await admin.PutAsync($"{Suspend}/{alice.UserId}", """{"suspended":false}""")).Ok;
        _ = (await alice.InRoomAsync(open, "join")).Ok;
    }

    [Theory]
    [InlineData(Lock, "locked")]
    [InlineData(Suspend, "suspended")]
    public async Task Only_administrators_do_it_and_not_to_each_other(string path, string name)
    {
        var admin = await server.RegisterAdministratorAsync();
        var other = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();
        var gone = await server.RegisterAsync();
        _ = (await admin.PostAsync($"/_hybrid/admin/v1/accounts/{gone.UserId}/deactivate")).Ok;
        var body = $$"""{"{{name}}":true}""";

        (await alice.GetAsync($"{path}/@nobody:test.local")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.PutAsync($"{path}/{alice.UserId}", body)).ShouldBe(403, "M_FORBIDDEN");
        (await admin.PutAsync($"{path}/{other.UserId}", body)).ShouldBe(403, "M_FORBIDDEN");
        (await admin.GetAsync($"{path}/{other.UserId}")).ShouldBe(403, "M_FORBIDDEN");
        (await admin.PutAsync($"{path}/{admin.UserId}", body)).ShouldBe(403, "M_FORBIDDEN");
        (await admin.PutAsync($"{path}/@a:elsewhere.test", body)).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.GetAsync($"{path}/@a:elsewhere.test")).ShouldBe(400, "M_INVALID_PARAM");
        (await admin.PutAsync($"{path}/@nobody:test.local", body)).ShouldBe(404, "M_NOT_FOUND");
        (await admin.GetAsync($"{path}/{gone.UserId}")).ShouldBe(404, "M_NOT_FOUND");
        (await admin.PutAsync($"{path}/{alice.UserId}")).ShouldBe(400, "M_MISSING_PARAM");
        (await admin.PutAsync($"{path}/{alice.UserId}", $$"""{"{{name}}":"yes"}""")).ShouldBe(400, "M_BAD_JSON");
        using var anonymous = await server.Http.GetAsync(new Uri($"{path}/{alice.UserId}", UriKind.Relative));
        Assert.Equal(401, (int)anonymous.StatusCode);
    }

    [Fact]
    public async Task Administrators_are_told_that_they_can()
    {
        var admin = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();

        Assert.Equal("""{"suspend":true,"lock":true}""", (await admin.GetAsync("capabilities")).Ok["capabilities"]!["m.account_moderation"]!.ToJsonString());
        Assert.Null((await alice.GetAsync("capabilities")).Ok["capabilities"]!["m.account_moderation"]);
    }

    Task<HttpResponseMessage> LoginAsync(TestUser user) => server.Http.PostAsJsonAsync("/_matrix/client/v3/login", new JsonObject
    {
        ["type"] = "m.login.password",
        ["identifier"] = new JsonObject { ["type"] = "m.id.user", ["user"] = user.UserId.Value },
        ["password"] = "correct horse battery",
        ["refresh_token"] = true,
    });
}
