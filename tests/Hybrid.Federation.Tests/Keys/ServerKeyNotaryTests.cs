using System.Text.Json.Nodes;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Native;
using Hybrid.Primitives;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Federation.Tests.Keys;

public sealed class ServerKeyNotaryTests : IAsyncLifetime
{
    static readonly ServerName Peer = ServerName.Parse("peer.test");

    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    readonly ScriptedPeers _peers = new();
    readonly TestServerKeys _keys = new("peer.test", "a", "b");
    Transport _transport = null!;

    DateTimeOffset Now => _time.GetUtcNow();

    public Task InitializeAsync()
    {
        _transport = new Transport(new FederationOptions(), _time, services => services.AddSingleton<IFederationClient>(_peers));
        _peers.Answer = (_, _) => Task.FromResult<byte[]?>(_keys.Document(Now.AddDays(1), ["ed25519:a"]));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _transport.DisposeAsync();
        _keys.Dispose();
    }

    [Fact]
    public async Task What_a_server_said_is_passed_on_with_both_signatures()
    {
        var document = Assert.Single(await FindAsync());

        Assert.True(JsonSignature.Verify(document.Span, "peer.test", "ed25519:a", _keys["ed25519:a"].PublicKeyBase64));
        Assert.True(JsonSignature.Verify(document.Span, "own.test", "ed25519:own", _transport.Identity.Key.PublicKeyBase64));
    }

    [Fact]
    public async Task It_is_asked_for_anew_after_half_of_its_life()
    {
        await FindAsync();
        _time.Advance(TimeSpan.FromHours(11));
        await FindAsync(("ed25519:a", null));
        Assert.Single(_peers.Requests);

        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(Now.AddDays(1).ToUnixTimeMilliseconds(), ValidUntil(Assert.Single(await FindAsync())));
        Assert.Equal(2, _peers.Requests.Count);
    }

    [Fact]
    public async Task It_is_asked_for_anew_when_it_must_be_valid_for_longer()
    {
        await FindAsync();
        _time.Advance(TimeSpan.FromHours(1));
        await FindAsync(("ed25519:a", Now.AddHours(23).ToUnixTimeMilliseconds()));
        Assert.Single(_peers.Requests);
        await FindAsync(("ed25519:a", Now.AddHours(24).ToUnixTimeMilliseconds()));
        Assert.Equal(2, _peers.Requests.Count);
    }

    [Fact]
    public async Task What_a_dead_server_said_last_is_passed_on()
    {
        await FindAsync();
        _peers.Answer = static (_, _) => Task.FromResult<byte[]?>(null);
        _time.Advance(TimeSpan.FromDays(30));

        Assert.Single(await FindAsync(("ed25519:a", null)));
    }

    [Fact]
    public async Task A_key_of_the_past_is_found_where_it_was_named_last()
    {
        await FindAsync();
        _time.Advance(TimeSpan.FromDays(2));
        _peers.Answer = (_, _) => Task.FromResult<byte[]?>(_keys.Document(Now.AddDays(1), ["ed25519:b"]));

        Assert.Single(await FindAsync(("ed25519:b", null)));
        var named = Assert.Single(await FindAsync(("ed25519:a", 0)));
        Assert.NotNull(JsonNode.Parse(named.Span)!["verify_keys"]!["ed25519:a"]);
        Assert.Equal(2, (await FindAsync()).Count);
    }

    [Fact]
    public async Task Of_a_server_that_was_never_reached_nothing_is_said()
    {
        _peers.Answer = static (_, _) => Task.FromResult<byte[]?>(null);

        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task Own_keys_are_passed_on_too()
    {
        var document = Assert.Single(await _transport.Get<ServerKeyNotary>().FindAsync(ServerName.Parse("own.test"), new Dictionary<string, long?>(), default));

        Assert.True(JsonSignature.Verify(document.Span, "own.test", "ed25519:own", _transport.Identity.Key.PublicKeyBase64));
        Assert.Empty(_peers.Requests);
    }

    static long ValidUntil(ReadOnlyMemory<byte> document) => (long)JsonNode.Parse(document.Span)!["valid_until_ts"]!;

    Task<IReadOnlyList<ReadOnlyMemory<byte>>> FindAsync(params (string KeyId, long? ValidUntil)[] keyIds) =>
        _transport.Get<ServerKeyNotary>().FindAsync(Peer, keyIds.ToDictionary(static key => key.KeyId, static key => key.ValidUntil), default).AsTask();
}
