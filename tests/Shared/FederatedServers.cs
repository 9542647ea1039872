using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Primitives;
using Hybrid.Server.Commands;
using Hybrid.Server.Composition;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Postgres.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace Hybrid.Tests.Shared;

/// <summary>
/// Whole servers in this process that reach each other: HTTPS on free loopback ports, named <c>localhost:PORT</c>, with certificates of one authority
/// that all of them trust. Each has a database of its own, on the engine that <see cref="TestDatabase.EngineOfEnvironment"/> names.
/// </summary>
public sealed class FederatedServers : IAsyncDisposable
{
    readonly TestCertificates _certificates = new();
    readonly List<FederatedServer> _servers = [];

    /// <summary>The server with this number, from 0.</summary>
    public FederatedServer this[int number] => _servers[number];

    /// <summary>Starts servers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="configure">Changes what they run with.</param>
    /// <param name="map">Adds endpoints to each before it starts.</param>
    public static async Task<FederatedServers> StartAsync(
        int count = 2, Func<HybridSettings, HybridSettings>? configure = null, Action<WebApplication>? map = null)
    {
        var servers = new FederatedServers();
        try
        {
            for (var number = 0; number < count; number++)
                servers._servers.Add(await FederatedServer.StartNewAsync(servers._certificates, configure ?? (static settings => settings), map));
            return servers;
        }
        catch
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        _certificates.Dispose();
    }
}

/// <summary>One of <see cref="FederatedServers"/>.</summary>
public sealed class FederatedServer : IAsyncDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("hybrid-federated-").FullName;
    readonly Action<WebApplication>? _map;
    HybridApplication? _application;

    FederatedServer(TestCertificates certificates, Action<WebApplication>? map)
    {
        _map = map;
        Http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    Primitives.Net.AuthorityTrust.IsTrusted(certificate, chain, errors, certificates.Authorities),
            },
        });
    }

    /// <summary>Its name, with its port.</summary>
    public ServerName Name => Settings.ServerName;

    public HybridSettings Settings { get; private set; } = new();

    /// <summary>For requests to the server, over TLS.</summary>
    public HttpClient Http { get; }

    public IServiceProvider Services => _application!.Web.Services;

    /// <summary>A new account, logged in.</summary>
    public async Task<FederatedUser> RegisterAsync(string name)
    {
        var body = new JsonObject { ["username"] = name, ["password"] = "correct horse battery", ["auth"] = new JsonObject { ["type"] = "m.login.dummy" } };
        var (status, answer) = await FederatedUser.SendAsync(Http, HttpMethod.Post, "/_matrix/client/v3/register", body, null);
        return status != 200
            ? throw new InvalidOperationException($"{name} cannot register: {status} {answer.ToJsonString()}")
            : new FederatedUser(this, UserId.Parse((string)answer["user_id"]!), (string)answer["access_token"]!);
    }

    /// <summary>Ends the server; name, port and data stay for <see cref="StartAsync"/>.</summary>
    public async Task StopAsync()
    {
        if (_application is null)
            return;

        await _application.Web.StopAsync();
        await _application.DisposeAsync();
        _application = null;
    }

    /// <summary>Changes what the stopped server runs with once it is started again.</summary>
    public void Configure(Func<HybridSettings, HybridSettings> configure) => Settings = configure(Settings);

    /// <summary>Starts the stopped server again.</summary>
    public async Task StartAsync()
    {
        var application = HybridApplication.Create(Settings);
        try
        {
            _map?.Invoke(application.Web);
            await application.Web.StartAsync();
            _application = application;
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the stopped server a new signing key; its ID.</summary>
    public string RotateKey() => KeyCommands.Rotate(Settings);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal static async Task<FederatedServer> StartNewAsync(
        TestCertificates certificates, Func<HybridSettings, HybridSettings> configure, Action<WebApplication>? map)
    {
        var server = new FederatedServer(certificates, map);
        try
        {
            await server.StartOnFreePortAsync(certificates, configure);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    async Task StartOnFreePortAsync(TestCertificates certificates, Func<HybridSettings, HybridSettings> configure)
    {
        const int Attempts = 10;
        PostgresAddress? postgres = null;
        if (TestDatabase.EngineOfEnvironment == TestEngine.Postgres)
            postgres = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        var (certificate, key) = certificates.IssueFiles("localhost", "127.0.0.1");
        for (var attempt = 1; ; attempt++)
        {
            var port = ServerPorts.Find();
            Settings = configure(new HybridSettings
            {
                ServerName = ServerName.Parse($"localhost:{port}"),
                PublicBaseUrl = new Uri($"https://localhost:{port}"),
                Listen = [ListenAddress.Parse($"https://127.0.0.1:{port}")],
                TlsCertificatePath = certificate,
                TlsKeyPath = key,
                FederationAuthorityPath = certificates.AuthorityPath,
                AllowPrivateAddresses = true,
                DataFolder = _folder,
                DatabasePath = Path.Combine(_folder, "hybrid.db"),
                Postgres = postgres,
                Registration = RegistrationMode.Open,
                RateLimits = false,
                LogLevel = LogLevel.Error,
            });
            try
            {
                await StartAsync();
                Http.BaseAddress = Settings.PublicBaseUrl;
                return;
            }
            catch (Exception taken) when (attempt < Attempts && taken is IOException or SocketException or CommandException)
            {
                // The name has the port in it, so that the port has to be chosen before it is taken; someone else was faster.
            }
        }
    }
}

/// <summary>A user of a <see cref="FederatedServer"/>, logged in.</summary>
public sealed class FederatedUser(FederatedServer server, UserId userId, string accessToken)
{
    public UserId UserId { get; } = userId;

    public string AccessToken { get; } = accessToken;

    public FederatedServer Server { get; } = server;

    /// <summary>Sends a request with the user's token, and fails the test unless it succeeds. Paths are relative to <c>/_matrix/client/v3/</c> unless they start with a slash.</summary>
    public async Task<JsonObject> CallAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        var (status, answer) = await SendAsync(method, path, body);
        return status == 200 ? answer : throw new InvalidOperationException($"{method} {path}: {status} {answer.ToJsonString()}");
    }

    /// <summary>Sends a request with the user's token: status and answer.</summary>
    public Task<(int Status, JsonObject Body)> SendAsync(HttpMethod method, string path, JsonObject? body = null) =>
        SendAsync(Server.Http, method, path.StartsWith('/') ? path : $"/_matrix/client/v3/{path}", body, AccessToken);

    internal static async Task<(int Status, JsonObject Body)> SendAsync(HttpClient http, HttpMethod method, string path, JsonObject? body, string? token)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, (JsonObject)JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
