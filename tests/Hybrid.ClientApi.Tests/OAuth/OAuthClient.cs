using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hybrid.ClientApi.Tests.Hosting;
using Xunit;

namespace Hybrid.ClientApi.Tests.OAuth;

/// <summary>A client of the OAuth 2.0 API, and the browser of its user.</summary>
sealed partial class OAuthClient(TestServer server) : IDisposable
{
    public const string Redirect = "https://app.example.org/callback";

    readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = server.Http.BaseAddress };

    public JsonObject Metadata { get; private set; } = [];

    public string ClientId { get; private set; } = "";

    public string Verifier { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public string Challenge => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    /// <summary>A client that has registered.</summary>
    public static async Task<OAuthClient> StartAsync(TestServer server)
    {
        var client = new OAuthClient(server);
        client.Metadata = JsonNode.Parse(await server.Http.GetStringAsync("/_matrix/client/v1/auth_metadata"))!.AsObject();
        var (status, answer) = await client.RegisterAsync(
            $$"""
            {"client_name":"App","client_uri":"https://example.org/","redirect_uris":["{{Redirect}}"],"token_endpoint_auth_method":"none","response_types":["code"],
             "grant_types":["authorization_code","refresh_token","urn:ietf:params:oauth:grant-type:device_code","urn:x"],"application_type":"web"}
            """);
        Assert.Equal(201, status);
        client.ClientId = (string)answer["client_id"]!;
        return client;
    }

    public string Path(string endpoint) => new Uri((string)Metadata[endpoint]!).AbsolutePath;

    public async Task<(int Status, JsonObject Answer)> RegisterAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync(Path("registration_endpoint"), content);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    /// <summary>The path of the authorization page, with parameters that differ from what is right.</summary>
    public string AuthorizePath(string device, params (string Name, string? Value)[] changes)
    {
        var query = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = ClientId,
            ["redirect_uri"] = Redirect,
            ["scope"] = Scope(device),
            ["state"] = "st&te",
            ["response_mode"] = "fragment",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
            query[name] = value;
        return Path("authorization_endpoint") + "?" + string.Join('&', query.Where(static entry => entry.Value is not null).Select(static entry => $"{entry.Key}={Uri.EscapeDataString(entry.Value!)}"));
    }

    public static string Scope(string device) => $"urn:matrix:client:api:* urn:matrix:client:device:{device}";

    public async Task<(HttpStatusCode Status, string? Location, string Text)> OpenAsync(string path)
    {
        using var response = await _browser.GetAsync(path);
        return (response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync());
    }

    public async Task<(HttpStatusCode Status, string? Location, string Text)> SubmitAsync(string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await _browser.PostAsync(path, form);
        return (response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Signs the user in on a page, and opens it again.</summary>
    public async Task<string> SignInAsync(string path, string user)
    {
        Assert.Contains("type=\"password\"", (await OpenAsync(path)).Text, StringComparison.Ordinal);
        var (status, location, _) = await SubmitAsync(path, ("action", "signin"), ("user", user), ("password", "correct horse battery"));
        Assert.Equal((HttpStatusCode.SeeOther, path), (status, location));
        return (await OpenAsync(path)).Text;
    }

    /// <summary>Signs in, allows the client, and returns the code.</summary>
    public async Task<string> AllowAsync(string device, string user)
    {
        var path = AuthorizePath(device);
        var page = await SignInAsync(path, user);
        var (_, location, _) = await SubmitAsync(path, ("action", "allow"), ("form_token", FormToken(page)));
        Assert.StartsWith(Redirect + "#code=", location, StringComparison.Ordinal);
        Assert.EndsWith("&state=st%26te", location, StringComparison.Ordinal);
        return location![(Redirect.Length + 6)..location!.IndexOf('&', StringComparison.Ordinal)];
    }

    public Task<(int Status, JsonObject Answer)> RedeemAsync(string code, params (string Name, string Value)[] changes) => PostAsync(
        "token_endpoint",
        [.. new (string Name, string Value)[] { ("grant_type", "authorization_code"), ("code", code), ("client_id", ClientId), ("redirect_uri", Redirect), ("code_verifier", Verifier) }
            .Select(field => changes.FirstOrDefault(change => change.Name == field.Name) is { Name: not null } changed ? changed : field)]);

    public async Task<(int Status, JsonObject Answer)> PostAsync(string endpoint, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(static field => KeyValuePair.Create(field.Name, field.Value)));
        using var response = await server.Http.PostAsync(Path(endpoint), form);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    /// <summary>The token that the forms of a page carry.</summary>
    public static string FormToken(string page) => Token().Match(page).Groups[1].Value;

    public void Dispose() => _browser.Dispose();

    [GeneratedRegex("name=\"form_token\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
