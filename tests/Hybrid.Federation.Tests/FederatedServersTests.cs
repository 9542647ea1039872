using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Authentication;
using Hybrid.Http;
using Hybrid.Native;
using Hybrid.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests;

/// <summary>Three servers that run for all tests of a class.</summary>
public sealed class ThreeServers : IAsyncLifetime
{
    public FederatedServers Servers { get; private set; } = null!;

    public async Task InitializeAsync() => Servers = await FederatedServers.StartAsync(3, map: static web => web.MapEndpoint(new EchoEndpoint()));

    public async Task DisposeAsync() => await Servers.DisposeAsync();
}

/// <summary>Whole servers that ask each other over TLS.</summary>
public sealed class FederatedServersTests(ThreeServers servers) : IClassFixture<ThreeServers>
{
    FederatedServer A => servers.Servers[0];

    FederatedServer B => servers.Servers[1];

    FederatedServer C => servers.Servers[2];

    [Fact]
    public async Task Two_servers_fetch_each_others_keys_and_believe_their_requests()
    {
        foreach (var (from, to) in new[] { (A, B), (B, A) })
        {
            var answer = await Asking.AskAsync(from, to, FederationRequest.Put(FederationPath.Of(EchoEndpoint.Path["/_matrix/".Length..], "a/b?%ü"), """{"x":1}"""u8.ToArray()));

            Assert.Equal((from.Name.Value, "a/b?%ü", 1), ((string)answer["origin"]!, (string)answer["text"]!, (int)answer["body"]!["x"]!));
        }
    }

    [Fact]
    public async Task A_request_for_one_server_is_nothing_to_another()
    {
        var identity = A.Services.GetRequiredService<ServerIdentity>();
        var target = EchoEndpoint.Path + "/x";
        var claim = RequestSignature.Sign(identity, B.Name, "GET", target, default);

        Assert.Equal(HttpStatusCode.OK, await ReplayAsync(B));
        Assert.Equal(HttpStatusCode.Unauthorized, await ReplayAsync(C));

        async Task<HttpStatusCode> ReplayAsync(FederatedServer server)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, target);
            request.Headers.TryAddWithoutValidation("Authorization", claim.ToString());
            using var response = await server.Http.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_server_publishes_its_key_signed()
    {
        foreach (var path in (string[])["/_matrix/key/v2/server", "/_matrix/key/v2/server/ed25519%3Aany"])
        {
            var document = await A.Http.GetByteArrayAsync(path);
            var read = ServerKeyDocument.Read(document, DateTimeOffset.UtcNow)!;
            Assert.Equal(A.Name, read.Server);
            Assert.InRange(read.ValidUntil, DateTimeOffset.UtcNow.AddHours(11).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddHours(25).ToUnixTimeMilliseconds());
        }
    }

    [Fact]
    public async Task A_server_is_a_notary_for_another()
    {
        var query = new JsonObject { ["server_keys"] = new JsonObject { [B.Name.Value] = new JsonObject(), [A.Name.Value] = new JsonObject() } };
        using var posted = await A.Http.PostAsJsonAsync("/_matrix/key/v2/query", query);
        var both = (JsonArray)(await posted.Content.ReadFromJsonAsync<JsonObject>())!["server_keys"]!;
        Assert.Equal(new[] { A.Name.Value, B.Name.Value }.Order(), both.Select(static keys => (string)keys!["server_name"]!).Order());

        var got = (JsonArray)(await A.Http.GetFromJsonAsync<JsonObject>($"/_matrix/key/v2/query/{Uri.EscapeDataString(B.Name.Value)}?minimum_valid_until_ts=1"))!["server_keys"]!;
        var document = Encoding.UTF8.GetBytes(Assert.Single(got)!.ToJsonString());
        var identity = A.Services.GetRequiredService<ServerIdentity>();
        Assert.Equal(B.Name, ServerKeyDocument.Read(document, DateTimeOffset.UtcNow)!.Server);
        Assert.True(JsonSignature.Verify(document, A.Name.Value, identity.Key.KeyId, identity.Key.PublicKeyBase64));

        var none = await A.Http.GetFromJsonAsync<JsonObject>("/_matrix/key/v2/query/127.0.0.1:1");
        Assert.Empty((JsonArray)none!["server_keys"]!);
    }

    [Theory]
    [InlineData("{}", "M_MISSING_PARAM")]
    [InlineData("""{"server_keys":[]}""", "M_BAD_JSON")]
    [InlineData("""{"server_keys":{"a.test":[]}}""", "M_BAD_JSON")]
    [InlineData("""{"server_keys":{"a.test":{"ed25519:1":7}}}""", "M_BAD_JSON")]
    [InlineData("""{"server_keys":{"a.test":{"ed25519:1":{"minimum_valid_until_ts":"x"}}}}""", "M_BAD_JSON")]
    [InlineData("""{"server_keys":{"not a name":{}}}""", "M_INVALID_PARAM")]
    [InlineData("no JSON", "M_NOT_JSON")]
    public async Task A_query_that_makes_no_sense_is_refused(string body, string code)
    {
        using var content = new StringContent(body);
        using var response = await A.Http.PostAsync("/_matrix/key/v2/query", content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(code, (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["errcode"]!);
    }

    [Fact]
    public async Task A_query_for_a_name_that_is_none_is_refused()
    {
        using var response = await A.Http.GetAsync("/_matrix/key/v2/query/not%20a%20name");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("M_INVALID_PARAM", (string)(await response.Content.ReadFromJsonAsync<JsonObject>())!["errcode"]!);
    }
}
