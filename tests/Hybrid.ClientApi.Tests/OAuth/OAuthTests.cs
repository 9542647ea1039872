using System.Net;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Primitives;
using Xunit;

namespace Hybrid.ClientApi.Tests.OAuth;

/// <summary>The OAuth 2.0 API, from registration to logout, over real HTTP.</summary>
public sealed class OAuthTests : IAsyncLifetime
{
    TestServer _server = null!;
    OAuthClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartAsync(static settings => settings);
        _client = await OAuthClient.StartAsync(_server);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await ((IAsyncLifetime)_server).DisposeAsync();
    }

    [Fact]
    public async Task A_client_is_let_in_refreshes_and_logs_out()
    {
        var alice = await _server.RegisterAsync();
        var code = await _client.AllowAsync("PHONE", alice.UserId.Localpart);

        var (status, granted) = await _client.RedeemAsync(code);
        Assert.Equal(200, status);
        Assert.Equal(("Bearer", OAuthClient.Scope("PHONE"), 300), ((string?)granted["token_type"], (string?)granted["scope"], (int)granted["expires_in"]!));
        var session = User((string)granted["access_token"]!);
        Assert.Equal((alice.UserId.Value, "PHONE"), ((string?)(await session.GetAsync("account/whoami")).Ok["user_id"], (string?)(await session.GetAsync("account/whoami")).Ok["device_id"]));
        Assert.Equal("App", (string?)(await alice.GetAsync("devices/PHONE")).Ok["display_name"]);
        Assert.Equal(400, (await _client.RedeemAsync(code)).Status);

        var (_, refreshed) = await RefreshAsync((string)granted["refresh_token"]!);
        (await User((string)refreshed["access_token"]!).GetAsync("account/whoami")).Ok.Clear();

        Assert.Equal((400, "invalid_request"), Error(await _client.PostAsync("revocation_endpoint", ("client_id", _client.ClientId))));
        Assert.Equal(200, (await _client.PostAsync("revocation_endpoint", ("token", (string)refreshed["refresh_token"]!), ("client_id", _client.ClientId))).Status);
        (await User((string)refreshed["access_token"]!).GetAsync("account/whoami")).ShouldBe(401, "M_UNKNOWN_TOKEN");
        Assert.Equal(200, (await _client.PostAsync("revocation_endpoint", ("token", "nobody's"))).Status);
    }

    [Theory]
    [InlineData("another")]
    [InlineData(null)]
    public async Task Whoever_finds_a_token_can_revoke_it(string? clientId)
    {
        var alice = await _server.RegisterAsync();
        var (_, granted) = await _client.RedeemAsync(await _client.AllowAsync("PHONE", alice.UserId.Localpart));
        var token = (string)granted["access_token"]!;

        Assert.Equal(200, (await _client.PostAsync("revocation_endpoint", [("token", token), .. clientId is null ? [] : new[] { ("client_id", clientId) }])).Status);
        (await User(token).GetAsync("account/whoami")).ShouldBe(401, "M_UNKNOWN_TOKEN");
    }

    [Fact]
    public async Task A_refresh_token_in_two_hands_ends_the_session()
    {
        var alice = await _server.RegisterAsync();
        var (_, granted) = await _client.RedeemAsync(await _client.AllowAsync("PHONE", alice.UserId.Localpart));
        var first = (string)granted["refresh_token"]!;
        var (_, second) = await RefreshAsync(first);
        Assert.Equal(200, (await RefreshAsync(first)).Status);
        (await User((string)second["access_token"]!).GetAsync("account/whoami")).Ok.Clear();

        Assert.Equal((400, "invalid_grant"), Error(await RefreshAsync(first)));
        (await User((string)second["access_token"]!).GetAsync("account/whoami")).ShouldBe(401, "M_UNKNOWN_TOKEN");
    }

    [Theory]
    [InlineData("client_id", "another")]
    [InlineData("redirect_uri", "https://app.example.org/other")]
    [InlineData("code_verifier", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("code", "nobody's")]
    [InlineData("grant_type", "password")]
    public async Task A_code_is_redeemed_only_as_it_was_asked_for(string name, string value)
    {
        var alice = await _server.RegisterAsync();
        var code = await _client.AllowAsync("PHONE", alice.UserId.Localpart);

        Assert.Equal((400, name == "grant_type" ? "unsupported_grant_type" : "invalid_grant"), Error(await _client.RedeemAsync(code, (name, value))));
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("scope", "openid", "invalid_scope")]
    [InlineData("scope", "urn:matrix:client:api:*", "invalid_scope")]
    [InlineData("scope", "urn:matrix:client:api:* urn:matrix:client:device:A urn:matrix:client:device:B", "invalid_scope")]
    public async Task A_request_that_makes_no_sense_is_told_to_the_client(string name, string value, string error)
    {
        var (status, location, _) = await _client.OpenAsync(_client.AuthorizePath("PHONE", (name, value)));

        Assert.Equal((HttpStatusCode.SeeOther, $"{OAuthClient.Redirect}#error={error}&state=st%26te"), (status, location));
    }

    [Theory]
    [InlineData("client_id", "another")]
    [InlineData("redirect_uri", "https://evil.example.com/")]
    [InlineData("redirect_uri", null)]
    public async Task Nobody_is_sent_to_a_place_that_is_not_the_clients(string name, string? value)
    {
        var (status, location, _) = await _client.OpenAsync(_client.AuthorizePath("PHONE", (name, value)));

        Assert.Equal((HttpStatusCode.BadRequest, null), (status, location));
    }

    [Fact]
    public async Task A_wrong_password_a_refusal_and_a_form_of_someone_else_let_no_one_in()
    {
        var alice = await _server.RegisterAsync();
        var path = _client.AuthorizePath("PHONE", ("response_mode", "query"));
        Assert.Equal(HttpStatusCode.Forbidden, (await _client.SubmitAsync(path, ("action", "signin"), ("user", alice.UserId.Localpart), ("password", "wrong"))).Status);

        var page = await _client.SignInAsync(path, alice.UserId.Localpart);
        Assert.Equal((HttpStatusCode.Forbidden, null), ((await _client.SubmitAsync(path, ("action", "allow"), ("form_token", "forged"))) is var (status, location, _) ? (status, location) : default));
        Assert.Equal($"{OAuthClient.Redirect}?error=access_denied&state=st%26te", (await _client.SubmitAsync(path, ("action", "deny"), ("form_token", OAuthClient.FormToken(page)))).Location);
    }

    [Fact]
    public async Task A_device_is_allowed_on_another()
    {
        var alice = await _server.RegisterAsync();
        var (status, device) = await _client.PostAsync("device_authorization_endpoint", ("client_id", _client.ClientId), ("scope", OAuthClient.Scope("TV")));
        Assert.Equal((200, 1800, 5), (status, (int)device["expires_in"]!, (int)device["interval"]!));
        Assert.Equal((400, "authorization_pending"), Error(await PollAsync((string)device["device_code"]!)));
        Assert.Equal((400, "slow_down"), Error(await PollAsync((string)device["device_code"]!)));

        var link = new Uri((string)device["verification_uri_complete"]!).PathAndQuery;
        var page = await _client.SignInAsync(link, alice.UserId.Localpart);
        Assert.Contains((string)device["user_code"]!, page, StringComparison.Ordinal);
        var code = ((string)device["user_code"]!).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
        Assert.Equal(HttpStatusCode.OK, (await _client.SubmitAsync(link, ("action", "allow"), ("form_token", OAuthClient.FormToken(page)), ("user_code", code))).Status);

        var (done, granted) = await PollAsync((string)device["device_code"]!);
        Assert.Equal(200, done);
        Assert.Equal("TV", (string?)(await User((string)granted["access_token"]!).GetAsync("account/whoami")).Ok["device_id"]);
        Assert.Equal((400, "expired_token"), Error(await PollAsync((string)device["device_code"]!)));
    }

    [Fact]
    public async Task A_device_that_is_refused_hears_so()
    {
        var alice = await _server.RegisterAsync();
        var (_, device) = await _client.PostAsync("device_authorization_endpoint", ("client_id", _client.ClientId), ("scope", OAuthClient.Scope("TV")));
        var link = new Uri((string)device["verification_uri_complete"]!).PathAndQuery;
        var page = await _client.SignInAsync(link, alice.UserId.Localpart);

        await _client.SubmitAsync(link, ("action", "deny"), ("form_token", OAuthClient.FormToken(page)), ("user_code", (string)device["user_code"]!));

        Assert.Equal((400, "access_denied"), Error(await PollAsync((string)device["device_code"]!)));
        Assert.Equal(HttpStatusCode.NotFound, (await _client.OpenAsync(new Uri((string)device["verification_uri"]!).AbsolutePath + "?user_code=BBBB-BBBB")).Status);
    }

    [Fact]
    public async Task A_device_of_another_client_is_not_taken_over()
    {
        var alice = await _server.RegisterAsync();

        Assert.Equal((400, "invalid_scope"), Error(await _client.RedeemAsync(await _client.AllowAsync(alice.DeviceId, alice.UserId.Localpart))));
        (await alice.GetAsync("account/whoami")).Ok.Clear();
    }

    [Fact]
    public async Task The_account_page_lists_devices_and_signs_them_out()
    {
        var (alice, bob) = (await _server.RegisterAsync(), await _server.RegisterAsync());
        var path = _client.Path("account_management_uri");
        var page = await _client.SignInAsync(path, alice.UserId.Localpart);
        Assert.Contains(alice.DeviceId, page, StringComparison.Ordinal);
        Assert.DoesNotContain(bob.DeviceId, page, StringComparison.Ordinal);

        await _client.SubmitAsync(path, ("action", "delete"), ("device_id", alice.DeviceId), ("form_token", "forged"));
        (await alice.GetAsync("account/whoami")).Ok.Clear();
        var token = OAuthClient.FormToken(page);
        Assert.Equal(path, (await _client.SubmitAsync(path, ("action", "delete"), ("device_id", alice.DeviceId), ("form_token", token))).Location);
        (await alice.GetAsync("account/whoami")).ShouldBe(401, "M_UNKNOWN_TOKEN");

        await _client.SubmitAsync(path, ("action", "leave"), ("form_token", token));
        Assert.Contains("type=\"password\"", (await _client.OpenAsync(path)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"client_uri":"http://example.org/","redirect_uris":["http://example.org/c"]}""", "invalid_client_metadata")]
    [InlineData("""{"redirect_uris":["https://example.org/c"]}""", "invalid_client_metadata")]
    [InlineData("""{"client_uri":"https://example.org/","redirect_uris":[]}""", "invalid_redirect_uri")]
    [InlineData("""{"client_uri":"https://example.org/","redirect_uris":["https://example.org/c#f"]}""", "invalid_redirect_uri")]
    [InlineData("""{"client_uri":"https://example.org/","redirect_uris":["https://notexample.org/c"]}""", "invalid_redirect_uri")]
    [InlineData("""{"client_uri":"https://example.org/","redirect_uris":["http://localhost/"]}""", "invalid_redirect_uri")]
    [InlineData("""{"client_uri":"https://example.org/","redirect_uris":["http://localhost:1234/"],"application_type":"native"}""", "invalid_redirect_uri")]
    [InlineData("""{"client_uri":"https://example.org/","redirect_uris":["org.example.app://callback"],"application_type":"native"}""", "invalid_redirect_uri")]
    [InlineData("""{"client_uri":"https://example.org/","redirect_uris":["example:/callback"],"application_type":"native"}""", "invalid_redirect_uri")]
    [InlineData("""{"client_uri":"https://example.org/","redirect_uris":["https://example.org/c"],"token_endpoint_auth_method":"client_secret_basic"}""", "invalid_client_metadata")]
    public async Task A_client_that_may_not_be_is_refused(string metadata, string error) => Assert.Equal((400, error), Error(await _client.RegisterAsync(metadata)));

    [Fact]
    public async Task The_same_client_is_one_and_is_told_what_is_not_known_here()
    {
        const string Native = """
            {"client_uri":"https://example.org/","application_type":"native","logo_uri":"https://evil.example.com/logo.png","grant_types":["authorization_code","urn:x"],
             "redirect_uris":["org.example.app:/callback","http://127.0.0.1/callback"]}
            """;
        var (_, first) = await _client.RegisterAsync(Native);
        var (_, second) = await _client.RegisterAsync(Native);

        Assert.Equal((string?)first["client_id"], (string?)second["client_id"]);
        Assert.Equal("""["authorization_code"]""", first["grant_types"]!.ToJsonString());
        Assert.Null(first["logo_uri"]);

        // On loopback every port is the client's.
        var (status, location, _) = await _client.OpenAsync(_client.AuthorizePath("A", ("client_id", (string)first["client_id"]!), ("redirect_uri", "http://127.0.0.1:5173/callback"), ("scope", "x")));
        Assert.Equal((HttpStatusCode.SeeOther, "http://127.0.0.1:5173/callback#error=invalid_scope&state=st%26te"), (status, location));
    }

    [Fact]
    public async Task Without_the_setting_there_is_no_such_API()
    {
        await using var server = await TestServer.StartAsync(static settings => settings with { OAuth = false });
        var alice = await server.RegisterAsync();

        (await alice.GetAsync("/_matrix/client/v1/auth_metadata")).ShouldBe(404, "M_UNRECOGNIZED");
        using var token = await server.Http.PostAsync(_client.Path("token_endpoint"), null);
        Assert.Equal(HttpStatusCode.NotFound, token.StatusCode);
    }

    TestUser User(string accessToken) => new(_server, UserId.Parse("@x:test.local"), accessToken, "X");

    Task<(int Status, System.Text.Json.Nodes.JsonObject Answer)> RefreshAsync(string token) =>
        _client.PostAsync("token_endpoint", ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", _client.ClientId));

    Task<(int Status, System.Text.Json.Nodes.JsonObject Answer)> PollAsync(string deviceCode) =>
        _client.PostAsync("token_endpoint", ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", deviceCode), ("client_id", _client.ClientId));

    static (int Status, string? Error) Error((int Status, System.Text.Json.Nodes.JsonObject Answer) answer) => (answer.Status, (string?)answer.Answer["error"]);
}
