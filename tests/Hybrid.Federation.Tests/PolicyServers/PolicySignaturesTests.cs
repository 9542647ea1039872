using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.PolicyServers;
using Hybrid.Federation.Tests.Support;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Rooms.PolicyServers;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Federation.Tests.PolicyServers;

/// <summary>Answers of policy servers, right and wrong ones.</summary>
public sealed class PolicySignaturesTests(ServerPair servers) : IClassFixture<ServerPair>
{
    static readonly ServerName Via = ServerName.Parse("policy.example.org");

    readonly ScriptedPeers _peers = new();

    [Fact]
    public async Task The_signature_stands_beside_those_that_the_event_has()
    {
        using var key = SigningKey.Generate("policy_server");
        var signed = await AskAsync(key.PublicKeyBase64, json => SignatureOf(json, key));

        Assert.True(signed.TryGet(out var json, out var error), error?.ToString());
        Assert.True(new RoomPolicy(Via, key.PublicKeyBase64).IsSigned("12", json.Span));
        var signatures = JsonNode.Parse(json.Span)!["signatures"]!.AsObject();
        Assert.Equal([servers.A.Name.Value, Via.Value], signatures.Select(static server => server.Key).Order(StringComparer.Ordinal));
        Assert.Equal("/_matrix/policy/v1/sign", _peers.Requests.Single().Request.Target);
    }

    [Fact]
    public async Task A_signature_by_another_key_counts_for_nothing()
    {
        using var named = SigningKey.Generate("policy_server");
        using var other = SigningKey.Generate("policy_server");

        Assert.Equal((403, "M_FORBIDDEN"), Refusal(await AskAsync(named.PublicKeyBase64, json => SignatureOf(json, other))));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""no JSON""")]
    [InlineData("""{"policy.example.org":5}""")]
    [InlineData("""{"policy.example.org":{"ed25519:policy_server":5}}""")]
    [InlineData("""{"policy.example.org":{"ed25519:policy_server":"AAAA"}}""")]
    [InlineData("""{"policy.example.org":{"ed25519:policy_server":"\ud800"}}""")]
    [InlineData("""{"elsewhere.example.org":{"ed25519:policy_server":"AAAA"}}""")]
    public async Task An_answer_without_a_signature_is_a_refusal(string answer)
    {
        using var key = SigningKey.Generate("policy_server");

        Assert.Equal((403, "M_FORBIDDEN"), Refusal(await AskAsync(key.PublicKeyBase64, _ => Encoding.UTF8.GetBytes(answer))));
    }

    [Fact]
    public async Task Who_waits_behind_a_request_that_nobody_answered_is_told_at_once()
    {
        using var key = SigningKey.Generate("policy_server");
        var asking = Signatures();

        Assert.Equal((502, "M_UNKNOWN"), Refusal(await AskAsync(key.PublicKeyBase64, static _ => null, asking)));
        Assert.Equal((502, "M_UNKNOWN"), Refusal(await AskAsync(key.PublicKeyBase64, json => SignatureOf(json, key), asking)));
        Assert.Single(_peers.Requests);
    }

    static (int, string) Refusal(Result<ReadOnlyMemory<byte>> asked) => asked.Error is { } error ? (error.Status, error.Code) : (200, "");

    static byte[] SignatureOf(ReadOnlyMemory<byte> json, SigningKey key)
    {
        var signed = JsonNode.Parse(EventCodec.Sign("12", json.Span, Via.Value, key).Json)!;
        return Encoding.UTF8.GetBytes(new JsonObject { [Via.Value] = signed["signatures"]![Via.Value]!.DeepClone() }.ToJsonString());
    }

    PolicySignatures Signatures() => new(
        _peers, servers.A.Services.GetRequiredService<OwnPolicyServer>(), servers.A.Services.GetRequiredService<ServerIdentity>(), TimeProvider.System);

    async Task<Result<ReadOnlyMemory<byte>>> AskAsync(string key, Func<ReadOnlyMemory<byte>, byte[]?> answer, PolicySignatures? asking = null)
    {
        var alice = await servers.AliceAsync();
        var room = await ServerPair.CreateRoomAsync(alice);
        var (said, _) = await PolicyWorld.SealMessageAsync(alice, room);
        _peers.Answer = (_, request) => Task.FromResult(answer(request.Body!.Value));
        return await (asking ?? Signatures()).SignAsync(
            (await PolicyWorld.RoomAsync(servers.A, room)).Current, new RoomPolicy(Via, key), Encoding.UTF8.GetBytes(said.ToJsonString()), isAwaited: true, default);
    }
}
