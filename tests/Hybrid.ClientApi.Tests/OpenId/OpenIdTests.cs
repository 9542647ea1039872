using Hybrid.Accounts.OpenId;
using Hybrid.ClientApi.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.ClientApi.Tests.OpenId;

public sealed class OpenIdTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task A_token_says_who_its_user_is_and_opens_nothing()
    {
        var admin = await server.RegisterAdministratorAsync();
        var alice = await server.RegisterAsync();

        var granted = (await alice.PostAsync($"user/{alice.UserId}/openid/request_token")).Ok;

        Assert.Equal("Bearer", (string?)granted["token_type"]);
        Assert.Equal("test.local", (string?)granted["matrix_server_name"]);
        Assert.Equal(3600, (int)granted["expires_in"]!);
        var token = (string)granted["access_token"]!;
        var tokens = server.Services.GetRequiredService<OpenIdTokens>();
        Assert.Equal(alice.UserId, await tokens.FindUserAsync(token, default));
        Assert.Null(await tokens.FindUserAsync(alice.AccessToken, default));
        (await new TestUser(server, alice.UserId, token, "D").GetAsync("account/whoami")).ShouldBe(401, "M_UNKNOWN_TOKEN");

        _ = (await admin.PostAsync($"/_hybrid/admin/v1/accounts/{alice.UserId}/deactivate")).Ok;
        Assert.Null(await tokens.FindUserAsync(token, default));
    }

    [Fact]
    public async Task Tokens_of_others_are_refused()
    {
        var alice = await server.RegisterAsync();
        var eve = await server.RegisterAsync();

        (await eve.PostAsync($"user/{alice.UserId}/openid/request_token")).ShouldBe(403, "M_FORBIDDEN");
        (await alice.PostAsync("user/nonsense/openid/request_token")).ShouldBe(400, "M_INVALID_PARAM");
        (await alice.PostAsync($"user/{alice.UserId}/openid/request_token", "[")).ShouldBe(400, "M_NOT_JSON");
        using var anonymous = await server.Http.PostAsync(new Uri($"/_matrix/client/v3/user/{alice.UserId}/openid/request_token", UriKind.Relative), null);
        Assert.Equal(401, (int)anonymous.StatusCode);
    }
}
