using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Hybrid.FederationBench;

/// <summary>An account on a server, logged in.</summary>
sealed class BenchUser(HttpClient http, string accessToken)
{
    public static async Task<BenchUser> RegisterAsync(HttpClient http, string name)
    {
        var answer = await SendAsync(http, null, HttpMethod.Post, "register",
            $$$"""{"username":"{{{name}}}","password":"correct horse battery","auth":{"type":"m.login.dummy"}}""");
        return new BenchUser(http, (string)answer["access_token"]!);
    }

    /// <summary>Sends a request to a path under <c>/_matrix/client/v3/</c>; every status but success ends the run.</summary>
    public Task<JsonObject> CallAsync(HttpMethod method, string path, string? body = null) => SendAsync(http, accessToken, method, path, body);

    /// <summary>Whether the answer to a request, which can be large, has a text anywhere; its bytes are all read, and nothing is made of them.</summary>
    public async Task<bool> ShowsAsync(string path, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_matrix/client/v3/" + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadAsByteArrayAsync()).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    }

    /// <summary>As <see cref="CallAsync"/>; null when there is no such thing.</summary>
    public async Task<JsonObject?> FindAsync(string path)
    {
        try
        {
            return await CallAsync(HttpMethod.Get, path);
        }
        catch (HttpRequestException missing) when (missing.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    static async Task<JsonObject> SendAsync(HttpClient http, string? token, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, "/_matrix/client/v3/" + path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {answer}", null, response.StatusCode);
        return (JsonObject)JsonNode.Parse(answer)!;
    }
}
