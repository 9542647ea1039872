using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hybrid.Primitives;
using Hybrid.Server.Composition;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Hybrid.ClientApi.Tests.Hosting;

/// <summary>A whole server in this process: real HTTP on a free loopback port, a real database of its own.</summary>
public sealed class TestServer : IAsyncLifetime, IAsyncDisposable
{
    readonly string _folder = System.IO.Directory.CreateTempSubdirectory("hybrid-test-").FullName;
    Func<HybridSettings, HybridSettings> _configure;
    PostgresAddress? _postgres;
    HybridApplication? _application;
    int _users;

    public TestServer()
        : this(static settings => settings)
    {
    }

    TestServer(Func<HybridSettings, HybridSettings> configure) => _configure = configure;

    public HttpClient Http { get; private set; } = new();

    public IServiceProvider Services => _application!.Web.Services;

    /// <summary>What the server runs with.</summary>
    public HybridSettings Settings { get; private set; } = new();

    /// <summary>The server's PostgreSQL database, if that is the engine that the tests run on.</summary>
    public PostgresAddress? Postgres => _postgres;

    /// <summary>The folder that holds the server's data.</summary>
    public string DataFolder => _folder;

    /// <summary>A server with settings of its own, running; the test disposes it.</summary>
    public static async Task<TestServer> StartAsync(Func<HybridSettings, HybridSettings> configure)
    {
        var server = new TestServer(configure);
        await server.StartAsync();
        return server;
    }

    public async Task InitializeAsync() => await StartAsync();

    public async Task DisposeAsync()
    {
        await StopAsync();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    /// <summary>Ends the server and starts it again on the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Ends the server; its data stay until the test disposes it.</summary>
    public async Task StopAsync()
    {
        if (_application is null)
            return;

        Http.Dispose();
        await _application.Web.StopAsync();
        await _application.DisposeAsync();
        _application = null;
    }

    /// <summary>Starts the stopped server on a PostgreSQL database, with the rest of its data.</summary>
    public async Task StartOnAsync(PostgresAddress address)
    {
        var configure = _configure;
        _configure = settings => configure(settings) with { Postgres = address };
        await StartAsync();
    }

    /// <summary>A new account, logged in.</summary>
    public async Task<TestUser> RegisterAsync(string? name = null)
    {
        name ??= $"user{Interlocked.Increment(ref _users)}";
        var body = new JsonObject
        {
            ["username"] = name,
            ["password"] = "correct horse battery",
            ["auth"] = new JsonObject { ["type"] = "m.login.dummy" },
        };
        using var response = await Http.PostAsJsonAsync("/_matrix/client/v3/register", body);
        var answer = (await response.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.True(response.IsSuccessStatusCode, answer.ToJsonString());
        return new TestUser(this, UserId.Parse((string)answer["user_id"]!), (string)answer["access_token"]!, (string)answer["device_id"]!);
    }

    async Task StartAsync()
    {
        if (TestDatabase.EngineOfEnvironment == TestEngine.Postgres)
            _postgres ??= await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        Settings = _configure(new HybridSettings
        {
            ServerName = ServerName.Parse("test.local"),
            Listen = [ListenAddress.Parse("http://127.0.0.1:0")],
            DataFolder = _folder,
            DatabasePath = Path.Combine(_folder, "hybrid.db"),
            Postgres = _postgres,
            Registration = RegistrationMode.Open,
            RegistrationSharedSecret = "shared",
            RateLimits = false,
            LogLevel = LogLevel.Error,
        });
        _application = HybridApplication.Create(Settings);
        await _application.Web.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_application.Web.Urls.First()) };
    }
}
