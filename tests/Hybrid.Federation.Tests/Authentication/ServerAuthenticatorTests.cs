using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Discovery;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.FederationApi.Authentication;
using Hybrid.Http;
using Hybrid.Http.Limits;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Federation.Tests.Authentication;

public sealed class ServerAuthenticatorTests : IAsyncLifetime
{
    static readonly ServerName Own = ServerName.Parse("own.test");

    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    readonly ScriptedPeers _peers = new();
    readonly TestServerKeys _keys = new("peer.test", "a", "old", "unknown");
    readonly HttpClient _http = new();
    Transport _transport = null!;
    WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        _transport = new Transport(new FederationOptions(), _time, services => services.AddSingleton<IFederationClient>(_peers));
        _peers.Answer = (_, _) => Task.FromResult<byte[]?>(_keys.Document(_time.GetUtcNow().AddDays(1), ["ed25519:a"], ("ed25519:old", _time.GetUtcNow().AddHours(-1))));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton(_transport.Identity)
            .AddSingleton(_transport.Get<IServerKeys>())
            .AddSingleton(_transport.Health)
            .AddSingleton(_transport.Get<ServerResolver>())
            .AddSingleton(new RateLimitOptions { Federation = new RateLimit(1, 5) })
            .AddRequestLimits()
            .AddSingleton<ICallerAuthenticator, NoUsers>()
            .AddSingleton<IServerAuthenticator, ServerAuthenticator>();
        _app = builder.Build();
        _app.MapEndpoint(new EchoEndpoint());
        await _app.StartAsync();
        _http.BaseAddress = new Uri(_app.Urls.Single());
    }

    public async Task DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _transport.DisposeAsync();
        _http.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public async Task A_signed_request_has_its_origin()
    {
        var (status, answer) = await SendAsync("GET", "/a%2Fb%20c?x=%2F&y", null);

        Assert.Equal(200, status);
        Assert.Equal(("peer.test", "a/b c"), ((string)answer["origin"]!, (string)answer["text"]!));
    }

    [Fact]
    public async Task So_has_one_with_a_body()
    {
        var (status, answer) = await SendAsync("PUT", "/x", """{ "b" : "ü" }""");

        Assert.Equal(200, status);
        Assert.Equal("ü", (string)answer["body"]!["b"]!);
    }

    [Fact]
    public async Task Older_servers_name_no_destination() =>
        Assert.Equal(200, (await SendAsync("GET", "/x", null, claim => [$"X-Matrix origin=peer.test,key={claim.KeyId},sig={claim.Signature}"])).Status);

    [Fact]
    public async Task One_good_signature_of_several_is_enough() =>
        Assert.Equal(200, (await SendAsync("GET", "/x", null, static claim => [(claim with { KeyId = "ed25519:unknown" }).ToString(), claim.ToString()])).Status);

    [Theory]
    [InlineData("for another server", 401)]
    [InlineData("replayed for another path", 401)]
    [InlineData("another encoding of the path", 401)]
    [InlineData("another body", 401)]
    [InlineData("no header", 401)]
    [InlineData("a user's token", 401)]
    [InlineData("malformed", 400)]
    [InlineData("two origins", 400)]
    [InlineData("too many", 400)]
    [InlineData("wrong key", 401)]
    [InlineData("a key of the past", 401)]
    [InlineData("an unknown key", 401)]
    [InlineData("in this server's own name", 401)]
    public async Task All_else_is_unauthorized(string what, int expected)
    {
        var (status, answer) = what switch
        {
            "for another server" => await SendAsync("GET", "/x", null, destination: ServerName.Parse("third.test")),
            "replayed for another path" => await SendAsync("GET", "/x", null, sentPath: "/y"),
            "another encoding of the path" => await SendAsync("GET", "/%78", null, sentPath: "/x"),
            "another body" => await SendAsync("PUT", "/x", """{"a":1}""", sentBody: """{"a":2}"""),
            "no header" => await SendAsync("GET", "/x", null, static _ => []),
            "a user's token" => await SendAsync("GET", "/x", null, static _ => ["Bearer token"]),
            "malformed" => await SendAsync("GET", "/x", null, static _ => ["X-Matrix origin=peer.test"]),
            "two origins" => await SendAsync("GET", "/x", null, static claim => [claim.ToString(), (claim with { Origin = ServerName.Parse("b.test") }).ToString()]),
            "too many" => await SendAsync("GET", "/x", null, static claim => [.. Enumerable.Repeat(claim.ToString(), 5)]),
            "wrong key" => await SendAsync("GET", "/x", null, static claim => [(claim with { Signature = new string('A', 86) }).ToString()]),
            "a key of the past" => await SendAsync("GET", "/x", null, keyId: "ed25519:old"),
            "an unknown key" => await SendAsync("GET", "/x", null, keyId: "ed25519:unknown"),
            _ => await SendAsync("GET", "/x", null, static claim => [(claim with { Origin = Own }).ToString()]),
        };

        Assert.Equal((expected, "M_UNAUTHORIZED"), (status, (string?)answer["errcode"]));
    }

    [Fact]
    public async Task A_claim_for_another_server_is_refused_even_with_a_good_signature()
    {
        // Signed for this server, said to be for another.
        var (status, _) = await SendAsync("GET", "/x", null, static claim => [(claim with { Destination = ServerName.Parse("third.test") }).ToString()]);

        Assert.Equal(401, status);
        Assert.Empty(_peers.Requests);
    }

    [Theory]
    [InlineData("no JSON", 400, "M_NOT_JSON")]
    [InlineData("[]", 400, "M_BAD_JSON")]
    public async Task A_body_that_is_no_object_is_refused(string body, int expected, string code)
    {
        var (status, answer) = await SendAsync("PUT", "/x", null, sentBody: body);

        Assert.Equal((expected, code), (status, (string?)answer["errcode"]));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        var (status, answer) = await SendAsync("PUT", "/x", $$"""{"a":"{{new string('x', 1000)}}"}""");

        Assert.Equal((413, "M_TOO_LARGE"), (status, (string?)answer["errcode"]));
    }

    [Fact]
    public async Task A_server_has_a_budget()
    {
        var statuses = new List<int>();
        for (var i = 0; i < 7; i++)
            statuses.Add((await SendAsync("GET", "/x", null)).Status);

        Assert.Equal([200, 200, 200, 200, 200, 429, 429], statuses);
    }

    [Fact]
    public async Task Whoever_makes_itself_heard_is_up()
    {
        var peer = ServerName.Parse("peer.test");
        await _transport.Health.FailedAsync(peer, _time.GetUtcNow(), default);
        await SendAsync("GET", "/x", null, static claim => [(claim with { Signature = new string('A', 86) }).ToString()]);
        Assert.NotNull(await _transport.Health.FindAsync(peer, default));

        await SendAsync("GET", "/x", null);
        Assert.Null(await _transport.Health.FindAsync(peer, default));
    }

    async Task<(int Status, JsonNode Body)> SendAsync(
        string method, string path, string? body, Func<XMatrix, IEnumerable<string>>? headers = null, ServerName? destination = null, string keyId = "ed25519:a",
        string? sentPath = null, string? sentBody = null)
    {
        var identity = new ServerIdentity(ServerName.Parse("peer.test"), _keys[keyId]);
        var signed = body is null ? default : (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(body);
        var claim = RequestSignature.Sign(identity, destination ?? Own, method, EchoEndpoint.Path + path, signed);
        using var request = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri(_http.BaseAddress + (EchoEndpoint.Path + (sentPath ?? path))[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Headers.TryAddWithoutValidation("Authorization", headers?.Invoke(claim) ?? [claim.ToString()]);
        if ((sentBody ?? body) is { } text)
            request.Content = new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    sealed class NoUsers : ICallerAuthenticator
    {
        public ValueTask<Result<Caller>> AuthenticateAsync(string accessToken, CancellationToken cancellationToken) => new(MatrixError.UnknownToken());
    }
}
