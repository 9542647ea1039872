using Hybrid.Http.Limits;
using Hybrid.Storage.Keys;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.Accounts.Tests.Api;

public sealed class LoginTests
{
    [Fact]
    public async Task Password_and_token_are_the_ways_to_log_in()
    {
        await using var host = await AccountsHost.StartAsync();

        var answer = await host.GetAsync("login");

        Assert.Equal("""{"flows":[{"type":"m.login.password"},{"type":"m.login.token","get_login_token":true}]}""", answer.Json.ToJsonString());
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("@alice:test")]
    [InlineData("Alice")]
    public async Task A_user_logs_in_by_localpart_or_user_id(string user)
    {
        await using var host = await AccountsHost.StartAsync();
        await host.CreateAsync("alice");

        var login = await host.LoginAsync(user);

        Assert.Equal(200, login.Status);
        var me = await host.GetAsync("account/whoami", login["access_token"]);
        Assert.Equal(("@alice:test", login["device_id"]), (me["user_id"], me["device_id"]));
        Assert.False((bool)me.Json["is_guest"]!);
    }

    [Fact]
    public async Task The_deprecated_user_property_is_understood()
    {
        await using var host = await AccountsHost.StartAsync();
        await host.CreateAsync("alice");

        Assert.Equal(200, (await host.PostAsync("login", """{"type":"m.login.password","user":"alice","password":"correct horse"}""")).Status);
    }

    [Theory]
    [InlineData("{", 400, "M_NOT_JSON")]
    [InlineData("[]", 400, "M_BAD_JSON")]
    [InlineData("""{"type":5}""", 400, "M_BAD_JSON")]
    [InlineData("{}", 400, "M_MISSING_PARAM")]
    [InlineData("""{"type":"m.login.telepathy"}""", 400, "M_UNKNOWN")]
    [InlineData("""{"type":"m.login.password","identifier":{"type":"m.id.user","user":"alice"}}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"type":"m.login.password","password":"x"}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"type":"m.login.password","password":"x","identifier":{"type":"m.id.thirdparty","medium":"email","address":"a@b"}}""", 403, "M_FORBIDDEN")]
    [InlineData("""{"type":"m.login.password","password":"wrong","user":"alice"}""", 403, "M_FORBIDDEN")]
    [InlineData("""{"type":"m.login.password","password":"wrong","user":"nobody"}""", 403, "M_FORBIDDEN")]
    [InlineData("""{"type":"m.login.password","password":"correct horse","user":"@alice:elsewhere"}""", 403, "M_FORBIDDEN")]
    [InlineData("""{"type":"m.login.password","password":"correct horse","user":"alice","device_id":""}""", 400, "M_INVALID_PARAM")]
    [InlineData("""{"type":"m.login.token"}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"type":"m.login.token","token":"guess"}""", 403, "M_FORBIDDEN")]
    public async Task A_login_that_is_wrong_gets_its_errcode(string body, int status, string code)
    {
        await using var host = await AccountsHost.StartAsync();
        await host.CreateAsync("alice");

        var answer = await host.PostAsync("login", body);

        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_device_cannot_have_the_id_of_a_cross_signing_key()
    {
        await using var host = await AccountsHost.StartAsync();
        await host.CreateAsync("alice");
        var key = new CrossSigningKeyRecord(TestDatabase.Alice, CrossSigningUsage.Master, "MASTERKEY", "{}"u8.ToArray());
        await host.Services.GetRequiredService<ICrossSigningStore>().StoreKeysAsync(TestDatabase.Alice, null, [key], default);

        var refused = await host.LoginAsync("alice", "MASTERKEY");

        Assert.Equal((403, "M_FORBIDDEN"), (refused.Status, refused.Code));
        Assert.Equal(200, (await host.LoginAsync("alice", "OTHER")).Status);
    }

    [Fact]
    public async Task An_unknown_user_costs_a_verification_like_a_known_one()
    {
        await using var host = await AccountsHost.StartAsync();

        await host.LoginAsync("nobody");

        Assert.Equal(1, host.Hasher.Verifications);
    }

    [Fact]
    public async Task Logging_in_on_a_device_again_ends_its_old_session()
    {
        await using var host = await AccountsHost.StartAsync();
        var first = await host.EnterAsync("alice", "PHONE");
        await host.GetAsync("account/whoami", first);

        var second = await host.LoginAsync("alice", "PHONE");

        Assert.Equal("PHONE", second["device_id"]);
        Assert.Equal("M_UNKNOWN_TOKEN", (await host.GetAsync("account/whoami", first)).Code);
        Assert.Equal(200, (await host.GetAsync("account/whoami", second["access_token"])).Status);
    }

    [Fact]
    public async Task Refreshing_gives_new_tokens_and_expiry_is_a_soft_logout()
    {
        await using var host = await AccountsHost.StartAsync();
        await host.CreateAsync("alice");
        var login = await host.LoginAsync("alice", refresh: true);
        Assert.Equal(300_000, (long)login.Json["expires_in_ms"]!);

        host.Time.Advance(TimeSpan.FromMinutes(5));
        var expired = await host.GetAsync("account/whoami", login["access_token"]);
        Assert.Equal((401, "M_UNKNOWN_TOKEN", true), (expired.Status, expired.Code, (bool)expired.Json["soft_logout"]!));

        var refreshed = await host.PostAsync("refresh", $$"""{"refresh_token":"{{login["refresh_token"]}}"}""");
        var me = await host.GetAsync("account/whoami", refreshed["access_token"]);
        Assert.Equal(login["device_id"], me["device_id"]);

        var spent = await host.PostAsync("refresh", $$"""{"refresh_token":"{{login["refresh_token"]}}"}""");
        Assert.Equal((401, "M_UNKNOWN_TOKEN"), (spent.Status, spent.Code));
        Assert.Equal("M_MISSING_PARAM", (await host.PostAsync("refresh", "{}")).Code);
        var unknown = await host.PostAsync("refresh", """{"refresh_token":"guess"}""");
        Assert.Equal((401, "M_UNKNOWN_TOKEN", null), (unknown.Status, unknown.Code, unknown.Json["soft_logout"]));
    }

    [Fact]
    public async Task Logout_ends_the_session_and_logout_all_ends_all()
    {
        await using var host = await AccountsHost.StartAsync();
        var one = await host.EnterAsync("alice", "ONE");
        var two = (await host.LoginAsync("alice", "TWO"))["access_token"];
        var three = (await host.LoginAsync("alice", "THREE"))["access_token"];

        Assert.Equal(200, (await host.PostAsync("logout", "{}", one)).Status);
        Assert.Equal(401, (await host.GetAsync("account/whoami", one)).Status);
        Assert.Equal(404, (await host.GetAsync("devices/ONE", two)).Status);

        Assert.Equal(200, (await host.PostAsync("logout/all", "", two)).Status);
        Assert.Equal(401, (await host.GetAsync("account/whoami", two)).Status);
        Assert.Equal(401, (await host.GetAsync("account/whoami", three)).Status);
        Assert.Equal("M_MISSING_TOKEN", (await host.PostAsync("logout", "{}")).Code);
    }

    [Fact]
    public async Task A_login_token_logs_one_client_in_once()
    {
        await using var host = await AccountsHost.StartAsync();
        var token = await host.EnterAsync("alice");

        Assert.Equal(401, (await host.PostAsync("/_matrix/client/v1/login/get_token", "{}", token)).Status);
        var got = await host.PostAsync(
            "/_matrix/client/v1/login/get_token", """{"auth":{"type":"m.login.password","user":"alice","password":"correct horse"}}""", token);
        Assert.Equal(120_000, (long)got.Json["expires_in_ms"]!);

        var body = $$"""{"type":"m.login.token","token":"{{got["login_token"]}}"}""";
        Assert.Equal("@alice:test", (await host.PostAsync("login", body))["user_id"]);
        Assert.Equal((403, "M_FORBIDDEN"), ((await host.PostAsync("login", body)) is var again ? (again.Status, again.Code) : default));
    }

    [Fact]
    public async Task Wrong_passwords_use_up_the_budget_of_the_account_and_right_ones_do_not()
    {
        await using var host = await AccountsHost.StartAsync(limits: new RateLimitOptions { Login = new RateLimit(100, 1000), FailedLogin = new RateLimit(0.1, 3) });
        await host.CreateAsync("alice");
        for (var i = 0; i < 5; i++)
            Assert.Equal(200, (await host.LoginAsync("alice")).Status);

        const string Wrong = """{"type":"m.login.password","password":"wrong","user":"alice"}""";
        for (var i = 0; i < 3; i++)
            Assert.Equal("M_FORBIDDEN", (await host.PostAsync("login", Wrong)).Code);

        var limited = await host.LoginAsync("alice");
        Assert.Equal((429, "M_LIMIT_EXCEEDED", 10_000), (limited.Status, limited.Code, (int)limited.Json["retry_after_ms"]!));
        host.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(200, (await host.LoginAsync("alice")).Status);
    }

    [Fact]
    public async Task Logins_from_one_address_have_a_budget()
    {
        await using var host = await AccountsHost.StartAsync(limits: new RateLimitOptions { Login = new RateLimit(1, 2) });
        await host.CreateAsync("alice");

        Assert.Equal(200, (await host.LoginAsync("alice")).Status);
        Assert.Equal(200, (await host.LoginAsync("alice")).Status);
        Assert.Equal(429, (await host.LoginAsync("alice")).Status);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await host.LoginAsync("alice")).Status);
    }
}
