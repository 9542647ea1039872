using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Authentication;
using Hybrid.Http;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests;

/// <summary>Whole servers that ask each other over TLS.</summary>
public sealed class FederatedServersTests : IAsyncLifetime
{
    FederatedServers _servers = null!;

    FederatedServer A => _servers[0];

    FederatedServer B => _servers[1];

    public async Task InitializeAsync() => _servers = await FederatedServers.StartAsync(3, map: static web => web.MapEndpoint(new EchoEndpoint()));

    public async Task DisposeAsync() => await _servers.DisposeAsync();

    [Fact]
    public async Task Two_servers_fetch_each_others_keys_and_believe_their_requests()
    {
        foreach (var (from, to) in new[] { (A, B), (B, A) })
        {
            var answer = await AskAsync(from, to, FederationRequest.Put(FederationPath.Of(EchoEndpoint.Path["/_matrix/".Length..], "a/b?%ü"), """{"x":1}"""u8.ToArray()));

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
        Assert.Equal(HttpStatusCode.Unauthorized, await ReplayAsync(_servers[2]));

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

    [Fact]
    public async Task After_a_rotation_the_new_key_is_believed_and_the_old_one_only_for_the_past()
    {
        await AskAsync(A, B, FederationRequest.Get(EchoEndpoint.Path + "/x"));
        var before = A.Services.GetRequiredService<ServerIdentity>().Key.KeyId;
        await A.StopAsync();
        var after = A.RotateKey();
        await A.StartAsync();

        Assert.NotEqual(before, after);
        Assert.Equal(after, A.Services.GetRequiredService<ServerIdentity>().Key.KeyId);
        var document = await A.Http.GetFromJsonAsync<JsonObject>("/_matrix/key/v2/server");
        Assert.Equal([after], ((JsonObject)document!["verify_keys"]!).Select(static key => key.Key));
        Assert.InRange((long)document["old_verify_keys"]![before]!["expired_ts"]!, DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

        // A third server has not just asked for keys, as B has.
        Assert.Equal(A.Name.Value, (string)(await AskAsync(A, _servers[2], FederationRequest.Get(EchoEndpoint.Path + "/x")))["origin"]!);
        var wanted = new Dictionary<string, IReadOnlyList<string>> { [A.Name.Value] = [before, after] };
        var keys = await _servers[2].Services.GetRequiredService<IServerKeys>().FindAsync(wanted, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), default);
        Assert.Equal(2, keys.Count);
        Assert.True(keys.Single(key => key.KeyId == before).ValidUntil <= DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void A_running_servers_key_is_not_rotated() =>
        Assert.Throws<Hybrid.Server.Commands.CommandException>(() => A.RotateKey());

    [Fact]
    public async Task A_server_that_comes_back_is_found_again()
    {
        await B.StopAsync();
        var client = A.Services.GetRequiredService<IFederationClient>();
        var failure = (await client.SendAsync(B.Name, FederationRequest.Get("/_matrix/federation/v1/version"), default)).Failure!;
        Assert.Equal(FailureKind.Unreachable, failure.Kind);

        await B.StartAsync();
        Assert.Equal(FailureKind.BackedOff, (await client.SendAsync(B.Name, FederationRequest.Get("/_matrix/federation/v1/version"), default)).Failure!.Kind);
        await AskAsync(B, A, FederationRequest.Get(EchoEndpoint.Path + "/x"));
        var version = await AskAsync(A, B, FederationRequest.Get("/_matrix/federation/v1/version"));
        Assert.Equal("Hybrid", (string)version["server"]!["name"]!);
    }

    [Fact]
    public async Task A_name_may_delegate_federation()
    {
        using var missing = await A.Http.GetAsync("/.well-known/matrix/server");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);

        await using var delegating = await FederatedServers.StartAsync(1, static settings => settings with { DelegatedServer = ServerName.Parse("matrix.example.org:443") });
        var answer = await delegating[0].Http.GetFromJsonAsync<JsonObject>("/.well-known/matrix/server");
        Assert.Equal("matrix.example.org:443", (string)answer!["m.server"]!);
    }

    static async Task<JsonNode> AskAsync(FederatedServer from, FederatedServer to, FederationRequest request)
    {
        var result = await from.Services.GetRequiredService<IFederationClient>().SendAsync(to.Name, request, default);
        Assert.True(result.TryGet(out var answer, out var failure), failure?.ToString());
        return JsonNode.Parse(answer.Body.Span)!;
    }
}
