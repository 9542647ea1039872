using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Primitives;
using Hybrid.Server.Composition;
using Hybrid.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace Hybrid.SyncBench;

/// <summary>The whole server in this process, on a folder, and a client of it.</summary>
sealed class BenchServer : IAsyncDisposable
{
    readonly HybridApplication _application;
    readonly HttpClient _http;

    BenchServer(HybridApplication application, HttpClient http) => (_application, _http) = (application, http);

    public IServiceProvider Services => _application.Web.Services;

    public static async Task<BenchServer> StartAsync(string folder)
    {
        var application = HybridApplication.Create(new HybridSettings
        {
            ServerName = ServerName.Parse("bench.example.org"),
            Listen = [ListenAddress.Parse("http://127.0.0.1:0")],
            DataFolder = folder,
            DatabasePath = Path.Combine(folder, "hybrid.db"),
            Registration = RegistrationMode.Open,
            RateLimits = false,
            LogLevel = LogLevel.Error,
        });
        await application.Web.StartAsync();
        return new BenchServer(application, new HttpClient { BaseAddress = new Uri(application.Web.Urls.First()) });
    }

    /// <summary>A new account; its access token and device.</summary>
    public async Task<(string Token, string Device)> RegisterAsync(string name)
    {
        var body = new JsonObject
        {
            ["username"] = name,
            ["password"] = "correct horse battery",
            ["auth"] = new JsonObject { ["type"] = "m.login.dummy" },
        };
        using var response = await _http.PostAsJsonAsync("/_matrix/client/v3/register", body);
        response.EnsureSuccessStatusCode();
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        return ((string)answer["access_token"]!, (string)answer["device_id"]!);
    }

    /// <summary>Sends a request; the answer's body is not read yet.</summary>
    public async Task<HttpResponseMessage> SendAsync(string token, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _application.Web.StopAsync();
        await _application.DisposeAsync();
    }
}
