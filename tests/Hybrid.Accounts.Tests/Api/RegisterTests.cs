using Hybrid.Accounts.Login;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.Accounts.Tests.Api;

public sealed class RegisterTests
{
    [Fact]
    public async Task Open_registration_takes_a_dummy_stage()
    {
        await using var host = await AccountsHost.StartAsync();

        var challenge = await host.PostAsync("register", """{"username":"Alice","password":"correct horse"}""");
        Assert.Equal(401, challenge.Status);
        Assert.Equal("""[{"stages":["m.login.dummy"]}]""", challenge.Json["flows"]!.ToJsonString());

        var done = await host.PostAsync("register",
            $$$"""{"username":"Alice","password":"correct horse","device_id":"D","auth":{"type":"m.login.dummy","session":"{{{challenge["session"]}}}"}}""");
        Assert.Equal(("@alice:test", "D"), (done["user_id"], done["device_id"]));
        Assert.Equal(200, (await host.GetAsync("account/whoami", done["access_token"])).Status);
        Assert.Equal("""{"displayname":"alice"}""", (await host.GetAsync("profile/@alice:test")).Json.ToJsonString());
    }

    [Fact]
    public async Task An_account_without_a_wished_name_gets_one_and_inhibit_login_gives_no_token()
    {
        await using var host = await AccountsHost.StartAsync();

        var done = await host.PostAsync("register", """{"password":"correct horse","inhibit_login":true,"auth":{"type":"m.login.dummy"}}""");

        Assert.Equal(200, done.Status);
        Assert.StartsWith("@", done["user_id"], StringComparison.Ordinal);
        Assert.Null(done.Json["access_token"]);
        Assert.Null(done.Json["device_id"]);
    }

    [Theory]
    [InlineData("""{"username":"with space","password":"correct horse"}""", 400, "M_INVALID_USERNAME")]
    [InlineData("""{"username":"_bridge","password":"correct horse"}""", 400, "M_INVALID_USERNAME")]
    [InlineData("""{"username":"","password":"correct horse"}""", 400, "M_INVALID_USERNAME")]
    [InlineData("""{"username":"taken","password":"correct horse"}""", 400, "M_USER_IN_USE")]
    [InlineData("""{"username":"TAKEN","password":"correct horse"}""", 400, "M_USER_IN_USE")]
    [InlineData("""{"username":"new","password":"short"}""", 400, "M_WEAK_PASSWORD")]
    [InlineData("""{"username":"new","auth":{"type":"m.login.dummy"}}""", 400, "M_MISSING_PARAM")]
    [InlineData("""{"username":5}""", 400, "M_BAD_JSON")]
    [InlineData("""{"username":"new","password":"correct horse","auth":5}""", 400, "M_BAD_JSON")]
    [InlineData("""{"username":"new","password":"correct horse","auth":{"type":"m.login.password"}}""", 401, "M_FORBIDDEN")]
    public async Task A_registration_that_is_wrong_gets_its_errcode(string body, int status, string code)
    {
        await using var host = await AccountsHost.StartAsync();
        await host.CreateAsync("taken");

        var answer = await host.PostAsync("register", body);

        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_user_name_that_is_too_long_is_invalid()
    {
        await using var host = await AccountsHost.StartAsync();

        Assert.Equal("M_INVALID_USERNAME", (await host.PostAsync("register", $$"""{"username":"{{new string('a', 250)}}"}""")).Code);
    }

    [Fact]
    public async Task Closed_registration_is_forbidden()
    {
        await using var host = await AccountsHost.StartAsync(RegistrationMode.Closed);

        Assert.Equal((403, "M_FORBIDDEN"), await StatusAsync(host.PostAsync("register", """{"username":"alice","password":"correct horse"}""")));
        Assert.Equal((403, "M_FORBIDDEN"), await StatusAsync(host.GetAsync("register/available?username=alice")));
        Assert.Equal((403, "M_FORBIDDEN"), await StatusAsync(host.GetAsync("/_matrix/client/v1/register/m.login.registration_token/validity?token=x")));
    }

    [Fact]
    public async Task A_registration_token_admits_as_many_as_it_allows()
    {
        await using var host = await AccountsHost.StartAsync(RegistrationMode.Token);
        await host.Services.GetRequiredService<RegistrationTokens>().CreateAsync("invited", 1, null, default);
        Assert.True(await ValidAsync());

        var refused = await RegisterAsync("alice", "guess");
        Assert.Equal((401, "M_UNAUTHORIZED"), (refused.Status, refused.Code));
        Assert.NotNull(refused.Json["flows"]);
        Assert.Equal(200, (await RegisterAsync("alice", "invited")).Status);
        Assert.False(await ValidAsync());
        Assert.Equal((401, "M_UNAUTHORIZED"), await StatusAsync(RegisterAsync("bob", "invited")));

        Task<Answer> RegisterAsync(string name, string token) => host.PostAsync("register",
            $$$"""{"username":"{{{name}}}","password":"correct horse","auth":{"type":"m.login.registration_token","token":"{{{token}}}"}}""");

        async Task<bool> ValidAsync() =>
            (bool)(await host.GetAsync("/_matrix/client/v1/register/m.login.registration_token/validity?token=invited")).Json["valid"]!;
    }

    [Fact]
    public async Task A_failed_registration_gives_its_use_of_the_token_back()
    {
        await using var host = await AccountsHost.StartAsync(RegistrationMode.Token);
        var tokens = host.Services.GetRequiredService<RegistrationTokens>();
        await tokens.CreateAsync("invited", 1, null, default);

        // No password: found out only after authentication.
        Assert.Equal("M_MISSING_PARAM", (await host.PostAsync("register", """{"username":"alice","auth":{"type":"m.login.registration_token","token":"invited"}}""")).Code);

        Assert.True(await tokens.IsValidAsync("invited", default));
        var status = Assert.Single(await tokens.ListAsync(default));
        Assert.Equal((0, 0), (status.Pending, status.Token.Completed));
    }

    [Fact]
    public async Task Availability_is_told_with_its_errcodes()
    {
        await using var host = await AccountsHost.StartAsync();
        await host.CreateAsync("taken");

        Assert.True((bool)(await host.GetAsync("register/available?username=free")).Json["available"]!);
        Assert.Equal((400, "M_USER_IN_USE"), await StatusAsync(host.GetAsync("register/available?username=taken")));
        Assert.Equal((400, "M_INVALID_USERNAME"), await StatusAsync(host.GetAsync("register/available?username=a%20b")));
        Assert.Equal((400, "M_MISSING_PARAM"), await StatusAsync(host.GetAsync("register/available")));
    }

    [Fact]
    public async Task Guests_register_only_where_they_are_allowed_and_are_kept_out_of_what_is_not_theirs()
    {
        await using var closed = await AccountsHost.StartAsync();
        Assert.Equal((403, "M_GUEST_ACCESS_FORBIDDEN"), await StatusAsync(closed.PostAsync("register?kind=guest", "{}")));
        Assert.Equal((400, "M_INVALID_PARAM"), await StatusAsync(closed.PostAsync("register?kind=robot", "{}")));

        await using var open = await AccountsHost.StartAsync(guests: true);
        var guest = await open.PostAsync("register?kind=guest", """{"username":"ignored","device_id":"IGNORED"}""");
        var token = guest["access_token"];
        Assert.True((bool)(await open.GetAsync("account/whoami", token)).Json["is_guest"]!);
        Assert.NotEqual("IGNORED", guest["device_id"]);
        Assert.Equal("M_GUEST_ACCESS_FORBIDDEN", (await open.PostAsync("account/password", """{"new_password":"12345678"}""", token)).Code);
        Assert.Equal("M_GUEST_ACCESS_FORBIDDEN", (await open.SendAsync("PUT", $"profile/{guest["user_id"]}/avatar_url", """{"avatar_url":"mxc://test/a"}""", token)).Code);
        Assert.Equal(200, (await open.SendAsync("PUT", $"profile/{guest["user_id"]}/displayname", """{"displayname":"Guest"}""", token)).Status);
    }

    [Fact]
    public async Task Only_one_of_many_registrations_of_a_name_at_once_succeeds()
    {
        await using var host = await AccountsHost.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            host.PostAsync("register", """{"username":"alice","password":"correct horse","auth":{"type":"m.login.dummy"}}""")));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal("M_USER_IN_USE", answer.Code));
    }

    static async Task<(int, string?)> StatusAsync(Task<Answer> answering)
    {
        var answer = await answering;
        return (answer.Status, answer.Code);
    }
}
