using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hybrid.Accounts.Login;
using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Primitives;
using Hybrid.Server.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Hybrid.ClientApi.Tests.OAuth;

/// <summary>What people do on the pages of the OAuth 2.0 API beside letting clients in: they make accounts, allow new keys, and leave.</summary>
public sealed class AccountPageTests : IAsyncLifetime
{
    const string Password = "correct horse battery";

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
    public async Task Someone_makes_an_account_and_lets_the_client_in()
    {
        Assert.Equal("""["create"]""", _client.Metadata["prompt_values_supported"]!.ToJsonString());
        var path = _client.AuthorizePath("PHONE", ("prompt", "create"));
        Assert.Contains("Create the account", (await _client.OpenAsync(path)).Text, StringComparison.Ordinal);

        var (status, location, _) = await _client.SubmitAsync(path, Registration("newcomer"));
        Assert.Equal(HttpStatusCode.SeeOther, status);
        Assert.DoesNotContain("prompt", location, StringComparison.Ordinal);

        var page = (await _client.OpenAsync(location!)).Text;
        Assert.Contains("@newcomer:test.local", page, StringComparison.Ordinal);
        var (_, answer, _) = await _client.SubmitAsync(location!, ("action", "allow"), ("form_token", OAuthClient.FormToken(page)));
        var code = answer![(OAuthClient.Redirect.Length + "#code=".Length)..answer!.IndexOf('&', StringComparison.Ordinal)];
        var (_, granted) = await _client.RedeemAsync(code);
        Assert.Equal("@newcomer:test.local", (string?)(await User((string)granted["access_token"]!).GetAsync("account/whoami")).Ok["user_id"]);

        // Who has one account and wants another is asked for it all the same.
        Assert.Contains("Create the account", (await _client.OpenAsync(path)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TAKEN", Password, Password, "taken")]
    [InlineData("not a name", Password, Password, "characters")]
    [InlineData("someone", "short", "short", "password")]
    [InlineData("someone", Password, "another", "differ")]
    public async Task An_account_that_cannot_be_is_refused_with_the_reason(string name, string password, string repeated, string reason)
    {
        await _server.RegisterAsync("taken");
        var path = _client.AuthorizePath("PHONE", ("prompt", "create"));

        var (status, location, page) = await _client.SubmitAsync(path, ("action", "register"), ("user", name), ("password", password), ("repeated", repeated));

        Assert.Equal((HttpStatusCode.BadRequest, null), (status, location));
        Assert.Contains(reason, page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"value=\"{name}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain(password == Password ? Password : "value=\"short\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_closed_registration_nobody_makes_an_account()
    {
        await using var server = await TestServer.StartAsync(static settings => settings with { Registration = RegistrationMode.Closed });
        using var client = await OAuthClient.StartAsync(server);
        var path = client.AuthorizePath("PHONE", ("prompt", "create"));

        Assert.Null(client.Metadata["prompt_values_supported"]);
        var page = (await client.OpenAsync(path)).Text;
        Assert.Contains("current-password", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Create an account", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SubmitAsync(path, Registration("newcomer"))).Status);
    }

    [Fact]
    public async Task Where_a_token_is_needed_it_serves_as_often_as_it_may()
    {
        await using var server = await TestServer.StartAsync(static settings => settings with { Registration = RegistrationMode.Token });
        using var client = await OAuthClient.StartAsync(server);
        Assert.Null((await server.Services.GetRequiredService<RegistrationTokens>().CreateAsync("once", 1, null, default)).Error);
        var path = client.AuthorizePath("PHONE", ("prompt", "create"));

        Assert.Equal(HttpStatusCode.Forbidden, (await client.SubmitAsync(path, Registration("first"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SubmitAsync(path, [.. Registration("first"), ("token", "another")])).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await client.SubmitAsync(path, [.. Registration("first"), ("token", "once")])).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SubmitAsync(path, [.. Registration("second"), ("token", "once")])).Status);
    }

    [Fact]
    public async Task A_form_on_someone_elses_page_signs_nobody_in()
    {
        var alice = await _server.RegisterAsync();
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string> { ["action"] = "signin", ["user"] = alice.UserId.Localpart, ["password"] = Password });
        using var request = new HttpRequestMessage(HttpMethod.Post, _client.Path("account_management_uri")) { Content = form };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        using var response = await _server.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task New_keys_wait_until_they_are_allowed_on_the_page(bool withSession)
    {
        var (session, alice) = await EnterAsync();
        (await UploadAsync(session, Keys(alice))).Ok.Clear();
        var wished = Keys(alice);

        var challenge = await UploadAsync(session, wished);
        Assert.Equal(HttpStatusCode.Unauthorized, challenge.Status);
        Assert.Equal("""[{"stages":["m.oauth"]},{"stages":["org.matrix.cross_signing_reset"]}]""", challenge.Body["flows"]!.ToJsonString());
        var url = (string)challenge.Body["params"]!["m.oauth"]!["url"]!;
        Assert.Equal(url, (string?)challenge.Body["params"]!["org.matrix.cross_signing_reset"]!["url"]);
        Assert.StartsWith((string)_client.Metadata["account_management_uri"]! + "?action=org.matrix.cross_signing_reset&", url, StringComparison.Ordinal);

        // Clients poll, some without the session: it is the same one all the same, and a stage that they claim is not done.
        var id = (string)challenge.Body["session"]!;
        Assert.Equal(id, (string?)(await UploadAsync(session, wished)).Body["session"]);
        (await UploadAsync(session, With(wished, id, "m.oauth"))).ShouldBe(401, "M_UNAUTHORIZED");

        var path = new Uri(url).PathAndQuery;
        var page = await _client.SignInAsync(path, alice.Localpart);
        Assert.Equal(HttpStatusCode.OK, (await _client.SubmitAsync(path, ("action", "deny"), ("form_token", OAuthClient.FormToken(page)))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await UploadAsync(session, wished)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _client.SubmitAsync(path, ("action", "allow"), ("form_token", OAuthClient.FormToken(page)))).Status);

        Assert.Equal(HttpStatusCode.Unauthorized, (await UploadAsync(session, Keys(alice))).Status);
        (await UploadAsync(session, withSession ? With(wished, id) : wished)).Ok.Clear();
        Assert.Equal(HttpStatusCode.Unauthorized, (await UploadAsync(session, Keys(alice))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.OpenAsync(path)).Status);
    }

    [Fact]
    public async Task Nobody_else_allows_new_keys()
    {
        var (session, alice) = await EnterAsync();
        (await UploadAsync(session, Keys(alice))).Ok.Clear();
        var path = new Uri((string)(await UploadAsync(session, Keys(alice))).Body["params"]!["m.oauth"]!["url"]!).PathAndQuery;
        var mallory = await _server.RegisterAsync();
        using var browser = await OAuthClient.StartAsync(_server);
        await browser.SignInAsync(browser.Path("account_management_uri"), mallory.UserId.Localpart);

        var (status, _, page) = await browser.OpenAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.DoesNotContain(alice.Value, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_with_a_password_go_on_confirming_with_it()
    {
        var alice = await _server.RegisterAsync();
        (await UploadAsync(alice, Keys(alice.UserId))).Ok.Clear();

        Assert.Equal("""[{"stages":["m.login.password"]}]""", (await UploadAsync(alice, Keys(alice.UserId))).Body["flows"]!.ToJsonString());
    }

    [Fact]
    public async Task An_account_is_deleted_with_its_password()
    {
        var alice = await _server.RegisterAsync();
        var path = _client.Path("account_management_uri") + "?action=org.matrix.account_deactivate";
        var token = OAuthClient.FormToken(await _client.SignInAsync(path, alice.UserId.Localpart));

        Assert.Equal(HttpStatusCode.Forbidden, (await _client.SubmitAsync(path, ("action", "deactivate"), ("password", "wrong"), ("form_token", token))).Status);
        (await alice.GetAsync("account/whoami")).Ok.Clear();
        Assert.Equal(HttpStatusCode.OK, (await _client.SubmitAsync(path, ("action", "deactivate"), ("password", Password), ("form_token", token))).Status);

        (await alice.GetAsync("account/whoami")).ShouldBe(401, "M_UNKNOWN_TOKEN");
        Assert.Contains("current-password", (await _client.OpenAsync(path)).Text, StringComparison.Ordinal);
    }

    async Task<(TestUser Session, UserId UserId)> EnterAsync()
    {
        var alice = await _server.RegisterAsync();
        var (_, granted) = await _client.RedeemAsync(await _client.AllowAsync("PHONE", alice.UserId.Localpart));
        var account = _client.Path("account_management_uri");
        await _client.SubmitAsync(account, ("action", "leave"), ("form_token", OAuthClient.FormToken((await _client.OpenAsync(account)).Text)));
        return (User((string)granted["access_token"]!), alice.UserId);
    }

    static (string Name, string Value)[] Registration(string name) => [("action", "register"), ("user", name), ("password", Password), ("repeated", Password)];

    static JsonObject Keys(UserId userId)
    {
        var master = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=');
        return new JsonObject
        {
            ["master_key"] = new JsonObject
            {
                ["user_id"] = userId.Value,
                ["usage"] = new JsonArray("master"),
                ["keys"] = new JsonObject { [$"ed25519:{master}"] = master },
            },
        };
    }

    static Task<Answer> UploadAsync(TestUser user, JsonObject keys) => user.PostAsync("keys/device_signing/upload", keys.ToJsonString());

    static JsonObject With(JsonObject keys, string session, string? type = null)
    {
        var body = keys.DeepClone().AsObject();
        body["auth"] = new JsonObject { ["session"] = session };
        if (type is not null)
            body["auth"]!["type"] = type;
        return body;
    }

    TestUser User(string accessToken) => new(_server, UserId.Parse("@x:test.local"), accessToken, "X");
}
