using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Primitives;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace Hybrid.ClientApi.Tests.SingleSignOn;

/// <summary>Signing on with an OpenID provider, over real HTTP.</summary>
public sealed class SingleSignOnTests : IAsyncLifetime
{
    const string Redirect = "/_matrix/client/v3/login/sso/redirect";
    const string Client = "?redirectUrl=https%3A%2F%2Fclient.example.org%2Fdone%3FloginToken%3Dold%26keep%3D1%23here";

    TestOpenIdProvider _provider = null!;
    TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _provider = await TestOpenIdProvider.StartAsync();
        _server = await TestServer.StartAsync(settings => settings with { Oidc = _provider.Options });
    }

    public async Task DisposeAsync()
    {
        await ((IAsyncLifetime)_server).DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task A_person_gets_an_account_and_the_same_one_the_next_time()
    {
        (_provider.Username, _provider.Name) = ("Ann.Example@town", "Ann Example");
        var flows = JsonNode.Parse(await _server.Http.GetStringAsync("/_matrix/client/v3/login"))!["flows"]!;
        Assert.Contains("""{"type":"m.login.sso","identity_providers":[{"id":"oidc","name":"Town hall"}]}""", flows.ToJsonString(), StringComparison.Ordinal);

        var ann = await EnterAsync(Redirect + Client);
        Assert.Equal("@ann.example:test.local", ann.UserId.Value);
        Assert.Equal("Ann Example", (string?)(await ann.GetAsync($"profile/{ann.UserId}")).Ok["displayname"]);

        _provider.Username = "another name";
        Assert.Equal(ann.UserId, (await EnterAsync(Redirect + "/oidc" + Client)).UserId);
    }

    [Fact]
    public async Task The_token_is_in_a_link_that_says_where_it_leads()
    {
        using var browser = new SignOnBrowser(_server);
        var (status, page) = await browser.SignOnAsync(Redirect + Client);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("client.example.org", page, StringComparison.Ordinal);
        var link = SignOnBrowser.Link(page);
        Assert.Matches("^https://client\\.example\\.org/done\\?keep=1&loginToken=[^&#]+#here$", link);

        var token = link[(link.IndexOf("loginToken=", StringComparison.Ordinal) + 11)..link.IndexOf('#', StringComparison.Ordinal)];
        (await LoginAsync(token)).Ok.Clear();
        (await LoginAsync(token)).ShouldBe(403, "M_FORBIDDEN");
    }

    [Fact]
    public async Task A_taken_name_gets_a_number()
    {
        await _server.RegisterAsync("bob");
        _provider.Username = "bob";

        Assert.Equal("@bob2:test.local", (await EnterAsync(Redirect + Client)).UserId.Value);
    }

    [Fact]
    public async Task What_another_browser_began_is_not_completed()
    {
        using var browser = new SignOnBrowser(_server);
        using var other = new SignOnBrowser(_server);
        var back = (await browser.OpenAsync((await browser.OpenAsync(Redirect + Client)).Location!.AbsoluteUri)).Location!.PathAndQuery;

        Assert.Equal(HttpStatusCode.BadRequest, (await other.OpenAsync(back)).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.OpenAsync(back)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.OpenAsync(back)).Status);
    }

    [Theory]
    [InlineData("nonce")]
    [InlineData("audience")]
    [InlineData("issuer")]
    [InlineData("expired")]
    [InlineData("key")]
    public async Task A_statement_that_does_not_fit_lets_no_one_in(string what)
    {
        using var stranger = RSA.Create(2048);
        _provider.Tamper = descriptor =>
        {
            switch (what)
            {
                case "nonce":
                    descriptor.Claims["nonce"] = "another";
                    break;
                case "audience":
                    descriptor.Audience = "another";
                    break;
                case "issuer":
                    descriptor.Issuer = "https://another.example.org";
                    break;
                case "expired":
                    (descriptor.NotBefore, descriptor.IssuedAt, descriptor.Expires) = (DateTime.UtcNow.AddDays(-2), DateTime.UtcNow.AddDays(-2), DateTime.UtcNow.AddDays(-1));
                    break;
                default:
                    descriptor.SigningCredentials = new SigningCredentials(new RsaSecurityKey(stranger) { KeyId = "1" }, SecurityAlgorithms.RsaSha256);
                    break;
            }
        };
        using var browser = new SignOnBrowser(_server);

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SignOnAsync(Redirect + Client)).Status);
        _provider.Tamper = static _ => { };
        await EnterAsync(Redirect + Client);
    }

    [Fact]
    public async Task Whom_the_provider_denies_gets_a_page()
    {
        _provider.Denies = true;
        using var browser = new SignOnBrowser(_server);

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SignOnAsync(Redirect + Client)).Status);
    }

    [Theory]
    [InlineData(Redirect, 400, "M_MISSING_PARAM")]
    [InlineData(Redirect + "?redirectUrl=javascript%3Aalert(1)", 400, "M_INVALID_PARAM")]
    [InlineData(Redirect + "?redirectUrl=%2Frelative", 400, "M_INVALID_PARAM")]
    [InlineData(Redirect + Client + "x&action=steal", 400, "M_INVALID_PARAM")]
    [InlineData(Redirect + "/none" + Client, 404, "M_NOT_FOUND")]
    public async Task A_request_that_makes_no_sense_is_refused(string path, int status, string code)
    {
        using var browser = new SignOnBrowser(_server);
        var answer = await browser.OpenAsync(path);

        Assert.Equal((status, code), ((int)answer.Status, (string?)JsonNode.Parse(answer.Text)!["errcode"]));
    }

    [Fact]
    public async Task Something_is_confirmed_by_signing_on_again_and_only_by_the_same_person()
    {
        var ann = await EnterAsync(Redirect + Client);
        var challenge = await ann.PostAsync("delete_devices", """{"devices":["X"]}""");
        Assert.Equal("""[{"stages":["m.login.sso"]}]""", challenge.Body["flows"]!.ToJsonString());
        var session = (string)challenge.Body["session"]!;
        using var browser = new SignOnBrowser(_server);
        var page = await browser.OpenAsync($"/_matrix/client/v3/auth/m.login.sso/fallback/web?session={Uri.EscapeDataString(session)}");

        _provider.Subject = "subject-2";
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SignOnAsync(SignOnBrowser.Link(page.Text))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await ann.PostAsync("delete_devices", $$$"""{"devices":["X"],"auth":{"session":"{{{session}}}"}}""")).Status);

        _provider.Subject = "subject-1";
        var done = await browser.SignOnAsync(SignOnBrowser.Link(page.Text));
        Assert.Contains("authDone", done.Text, StringComparison.Ordinal);
        (await ann.PostAsync("delete_devices", $$$"""{"devices":["X"],"auth":{"session":"{{{session}}}"}}""")).Ok.Clear();
    }

    [Fact]
    public async Task A_deactivated_account_stays_closed()
    {
        var ann = await EnterAsync(Redirect + Client);
        var session = (string)(await ann.PostAsync("account/deactivate")).Body["session"]!;
        using var browser = new SignOnBrowser(_server);
        await browser.SignOnAsync($"/_hybrid/client/v1/sso/confirm?session={Uri.EscapeDataString(session)}");
        (await ann.PostAsync("account/deactivate", $$$"""{"auth":{"session":"{{{session}}}"}}""")).Ok.Clear();

        // The link to the person goes with the account; what they get now is another one.
        Assert.NotEqual(ann.UserId, (await EnterAsync(Redirect + Client)).UserId);
    }

    [Fact]
    public async Task The_pages_of_this_server_are_entered_the_same_way()
    {
        await using var server = await TestServer.StartAsync(settings => settings with { Oidc = _provider.Options, OAuth = true });
        using var browser = new SignOnBrowser(server);
        _provider.Username = "ann";
        var page = await browser.OpenAsync("/_hybrid/client/v1/account");

        var provider = (await browser.OpenAsync(SignOnBrowser.Link(page.Text))).Location!;
        var back = (await browser.OpenAsync(provider.AbsoluteUri)).Location!;
        Assert.Equal("/_hybrid/client/v1/account", (await browser.OpenAsync(back.PathAndQuery)).Location?.OriginalString);
        Assert.Contains("@ann:test.local", (await browser.OpenAsync("/_hybrid/client/v1/account")).Text, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.BadRequest, (await browser.OpenAsync("/_hybrid/client/v1/sso/enter?page=https%3A%2F%2Fevil.example.com%2F")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.OpenAsync("/_hybrid/client/v1/sso/enter?page=%2F%2Fevil.example.com%2F")).Status);
    }

    [Fact]
    public async Task Without_a_provider_there_is_no_single_sign_on()
    {
        await using var server = await TestServer.StartAsync(static settings => settings);
        using var browser = new SignOnBrowser(server);

        Assert.Equal(HttpStatusCode.NotFound, (await browser.OpenAsync(Redirect + Client)).Status);
        Assert.DoesNotContain("m.login.sso", await server.Http.GetStringAsync("/_matrix/client/v3/login"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_get_no_account_where_the_operator_makes_them()
    {
        await using var server = await TestServer.StartAsync(settings => settings with { Oidc = _provider.Options, OidcRegistration = false });
        using var browser = new SignOnBrowser(server);

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SignOnAsync(Redirect + Client)).Status);
    }

    async Task<TestUser> EnterAsync(string path)
    {
        using var browser = new SignOnBrowser(_server);
        var (status, page) = await browser.SignOnAsync(path);
        Assert.Equal(HttpStatusCode.OK, status);
        var link = SignOnBrowser.Link(page);
        var login = (await LoginAsync(link[(link.IndexOf("loginToken=", StringComparison.Ordinal) + 11)..link.IndexOf('#', StringComparison.Ordinal)])).Ok;
        return new TestUser(_server, UserId.Parse((string)login["user_id"]!), (string)login["access_token"]!, (string)login["device_id"]!);
    }

    async Task<Answer> LoginAsync(string token)
    {
        using var content = new StringContent($$"""{"type":"m.login.token","token":"{{token}}"}""", Encoding.UTF8, "application/json");
        using var response = await _server.Http.PostAsync("/_matrix/client/v3/login", content);
        return new Answer(response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }
}
