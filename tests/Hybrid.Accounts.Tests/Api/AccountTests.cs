using Hybrid.Primitives;
using Xunit;

namespace Hybrid.Accounts.Tests.Api;

public sealed class AccountTests
{
    const string Auth = """ "auth":{"type":"m.login.password","password":"correct horse","user":"alice"} """;

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions()
    {
        await using var host = await AccountsHost.StartAsync();
        var mine = await host.EnterAsync("alice", "MINE");
        var other = (await host.LoginAsync("alice", "OTHER"))["access_token"];

        Assert.Equal(200, (await host.PostAsync("account/password", $$"""{"new_password":"battery staple",{{Auth}}}""", mine)).Status);

        Assert.Equal(200, (await host.GetAsync("account/whoami", mine)).Status);
        Assert.Equal(401, (await host.GetAsync("account/whoami", other)).Status);
        Assert.Equal("M_FORBIDDEN", (await host.LoginAsync("alice")).Code);
        Assert.Equal(200, (await host.PostAsync("login", """{"type":"m.login.password","user":"alice","password":"battery staple"}""")).Status);
    }

    [Fact]
    public async Task A_changed_password_can_leave_the_other_sessions_alone()
    {
        await using var host = await AccountsHost.StartAsync();
        var mine = await host.EnterAsync("alice", "MINE");
        var other = (await host.LoginAsync("alice", "OTHER"))["access_token"];

        await host.PostAsync("account/password", $$"""{"new_password":"battery staple","logout_devices":false,{{Auth}}}""", mine);

        Assert.Equal(200, (await host.GetAsync("account/whoami", other)).Status);
    }

    [Theory]
    [InlineData("""{"new_password":"short"}""", 400, "M_WEAK_PASSWORD")]
    [InlineData("""{"new_password":"battery staple"}""", 401, null)]
    [InlineData("""{"auth":{"type":"m.login.password","password":"correct horse","user":"alice"}}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"new_password":["battery staple"]}""", 400, "M_BAD_JSON")]
    public async Task A_password_change_that_is_wrong_gets_its_errcode(string body, int status, string? code)
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        var answer = await host.PostAsync("account/password", body, token);

        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_password_of_more_than_512_bytes_is_refused()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        Assert.Equal("M_INVALID_PARAM", (await host.PostAsync("account/password", $$"""{"new_password":"{{new string('x', 513)}}"}""", token)).Code);
    }

    [Fact]
    public async Task A_deactivated_account_leaves_its_rooms_and_cannot_be_entered_or_registered_again()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        Assert.Equal(401, (await host.PostAsync("account/deactivate", "{}", token)).Status);
        var done = await host.PostAsync("account/deactivate", $$"""{"erase":true,{{Auth}}}""", token);

        Assert.Equal("success", done["id_server_unbind_result"]);
        Assert.Equal([UserId.Parse("@alice:test")], host.Rooms.Left);
        Assert.Equal("M_UNKNOWN_TOKEN", (await host.GetAsync("account/whoami", token)).Code);
        Assert.Equal((403, "M_FORBIDDEN"), (await host.LoginAsync("alice")) is var login ? (login.Status, login.Code) : default);
        Assert.Equal("M_USER_IN_USE", (await host.PostAsync("register", """{"username":"alice"}""")).Code);
        Assert.Equal("M_NOT_FOUND", (await host.GetAsync("profile/@alice:test")).Code);
    }

    [Fact]
    public async Task Nobody_has_third_party_identifiers_at_first()
    {
        await using var host = await AccountsHost.StartAsync();

        Assert.Equal("""{"threepids":[]}""", (await host.GetAsync("account/3pid", await host.EnterAsync("alice"))).Json.ToJsonString());
    }

    [Fact]
    public async Task Capabilities_name_room_versions_and_what_users_can_change()
    {
        await using var host = await AccountsHost.StartAsync();

        var capabilities = (await host.GetAsync("capabilities", await host.EnterAsync("alice"))).Json["capabilities"]!;

        Assert.Equal("12", (string?)capabilities["m.room_versions"]!["default"]);
        Assert.Equal("stable", (string?)capabilities["m.room_versions"]!["available"]!["10"]);
        Assert.True((bool)capabilities["m.change_password"]!["enabled"]!);
        Assert.True((bool)capabilities["m.profile_fields"]!["enabled"]!);
        Assert.False((bool)capabilities["m.3pid_changes"]!["enabled"]!);
        Assert.Equal("M_MISSING_TOKEN", (await host.GetAsync("capabilities")).Code);
    }

    [Fact]
    public async Task Versions_and_discovery_are_for_anyone()
    {
        await using var host = await AccountsHost.StartAsync();

        Assert.Contains("v1.11", (await host.GetAsync("/_matrix/client/versions")).Json["versions"]!.AsArray().Select(version => (string?)version));
        Assert.Equal("https://matrix.test", (string?)(await host.GetAsync("/.well-known/matrix/client")).Json["m.homeserver"]!["base_url"]);
        Assert.Equal((404, "M_NOT_FOUND"), (await host.GetAsync("/.well-known/matrix/support")) is var none ? (none.Status, none.Code) : default);
    }
}
