using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Federation.Keys;
using Hybrid.Federation.Requests;
using Hybrid.Federation.Tests.Support;
using Hybrid.Native;
using Hybrid.Primitives;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.Federation.Tests.Keys;

public sealed class ServerKeyRingTests : IAsyncLifetime
{
    static readonly ServerName Peer = ServerName.Parse("peer.test");
    static readonly ServerName Notary = ServerName.Parse("notary.test");

    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    readonly ScriptedPeers _peers = new();
    readonly TestServerKeys _keys = new("peer.test", "a", "b");
    readonly TestServerKeys _notary = new("notary.test", "n");
    Transport _transport = null!;

    DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>How often the server itself was asked.</summary>
    int Asked => _peers.Requests.Count(static request => request.Server == Peer);

    public Task InitializeAsync()
    {
        _transport = Create();
        Serve(() => _keys.Document(Now.AddDays(1), ["ed25519:a"]));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _transport.DisposeAsync();
        _keys.Dispose();
        _notary.Dispose();
    }

    [Fact]
    public async Task A_key_is_fetched_once_and_then_known()
    {
        var key = Assert.Single(await FindAsync(Now, "ed25519:a"));
        Assert.Equal(new ServerKey("peer.test", "ed25519:a", _keys["ed25519:a"].PublicKeyBase64, Now.AddDays(1).ToUnixTimeMilliseconds()), key);
        var (server, request) = Assert.Single(_peers.Requests);
        Assert.Equal((Peer, "GET", "/_matrix/key/v2/server", true), (server, request.Method.Method, request.Target, request.Unsigned));

        _time.Advance(TimeSpan.FromHours(23));
        Assert.Single(await FindAsync(Now, "ed25519:a"));
        Assert.Single(_peers.Requests);
    }

    [Fact]
    public async Task A_key_that_has_run_out_is_fetched_anew()
    {
        await FindAsync(Now, "ed25519:a");
        _time.Advance(TimeSpan.FromDays(2));
        var key = Assert.Single(await FindAsync(Now, "ed25519:a"));

        Assert.Equal(Now.AddDays(1).ToUnixTimeMilliseconds(), key.ValidUntil);
        Assert.Equal(2, _peers.Requests.Count);
        Assert.Single(await FindAsync(Now.AddDays(-3), "ed25519:a"));
        Assert.Equal(2, _peers.Requests.Count);
    }

    [Fact]
    public async Task A_dead_servers_key_is_what_it_was()
    {
        await FindAsync(Now, "ed25519:a");
        _peers.Answer = static (_, _) => Task.FromResult<byte[]?>(null);
        var validUntil = Now.AddDays(1).ToUnixTimeMilliseconds();
        _time.Advance(TimeSpan.FromDays(2));

        Assert.Equal(validUntil, Assert.Single(await FindAsync(Now, "ed25519:a")).ValidUntil);
    }

    [Fact]
    public async Task Nobody_promises_the_future()
    {
        await FindAsync(Now, "ed25519:a");
        _time.Advance(TimeSpan.FromHours(1));
        await FindAsync(Now.AddYears(9), "ed25519:a");

        Assert.Single(_peers.Requests);
    }

    [Fact]
    public async Task A_key_of_the_past_is_not_asked_for_again()
    {
        var expired = Now.AddDays(-30);
        Serve(() => _keys.Document(Now.AddDays(1), ["ed25519:a"], ("ed25519:b", expired)));
        Assert.Equal(expired.ToUnixTimeMilliseconds(), Assert.Single(await FindAsync(Now, "ed25519:b")).ValidUntil);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, (await FindAsync(Now, "ed25519:a", "ed25519:b")).Count);
        Assert.Single(_peers.Requests);
    }

    [Fact]
    public async Task An_unknown_key_is_asked_for_but_not_all_the_time()
    {
        Assert.Empty(await FindAsync(Now, "ed25519:b"));
        Assert.Empty(await FindAsync(Now, "ed25519:b"));
        Assert.Equal(1, Asked);

        Serve(() => _keys.Document(Now.AddDays(1), ["ed25519:b"], ("ed25519:a", Now)));
        _time.Advance(TimeSpan.FromSeconds(21));
        Assert.Single(await FindAsync(Now, "ed25519:b"));
        Assert.Equal(2, Asked);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_asked_ever_more_rarely()
    {
        _peers.Answer = static (_, _) => Task.FromResult<byte[]?>(null);
        async Task<int> AskedDuringAsync(TimeSpan time)
        {
            var before = Asked;
            for (var end = Now + time; Now < end; _time.Advance(TimeSpan.FromSeconds(10)))
                await FindAsync(Now, "ed25519:a");
            return Asked - before;
        }

        Assert.InRange(await AskedDuringAsync(TimeSpan.FromMinutes(10)), 4, 6);
        Assert.InRange(await AskedDuringAsync(TimeSpan.FromMinutes(60)), 5, 7);
    }

    [Fact]
    public async Task Those_who_need_keys_of_one_server_together_ask_once()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _peers.Answer = async (_, _) =>
        {
            await release.Task;
            return _keys.Document(Now.AddDays(1), ["ed25519:a"]);
        };
        using var cancelled = new CancellationTokenSource();
        var impatient = _transport.Get<IServerKeys>().FindAsync(Wanted("ed25519:a"), 0, cancelled.Token).AsTask();
        var asked = Enumerable.Range(0, 20).Select(_ => FindAsync(Now, "ed25519:a")).ToList();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        release.SetResult();

        Assert.All(await Task.WhenAll(asked), static keys => Assert.Single(keys));
        Assert.Single(_peers.Requests);
    }

    [Fact]
    public async Task A_server_speaks_for_itself_only()
    {
        using var other = new TestServerKeys("other.test", "a");
        Serve(() => other.Document(Now.AddDays(1), ["ed25519:a"]));

        Assert.Empty(await FindAsync(Now, "ed25519:a"));
        Assert.Contains(_transport.Log.Warnings, static warning => warning.Contains("not signed by it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Own_keys_need_no_network()
    {
        var wanted = new Dictionary<string, IReadOnlyList<string>> { ["own.test"] = ["ed25519:own", "ed25519:before", "ed25519:never"] };
        var found = await _transport.Get<IServerKeys>().FindAsync(wanted, Now.ToUnixTimeMilliseconds(), default);

        Assert.Equal(["ed25519:own", "ed25519:before"], found.Select(static key => key.KeyId));
        Assert.Equal(77, found[1].ValidUntil);
        Assert.Empty(_peers.Requests);
    }

    [Fact]
    public async Task Names_that_are_none_are_passed_over()
    {
        var wanted = new Dictionary<string, IReadOnlyList<string>> { ["not a name"] = ["ed25519:a"], [""] = ["ed25519:a"], ["peer.test"] = ["ed25519:a", "ed25519:a"] };

        Assert.Single(await _transport.Get<IServerKeys>().FindAsync(wanted, 0, default));
    }

    [Fact]
    public async Task A_notary_is_asked_for_the_keys_of_the_dead()
    {
        var document = _keys.Document(Now.AddDays(1), ["ed25519:a"], ("ed25519:b", Now.AddDays(-3)));
        ServeNotary(() => _notary["ed25519:n"].SignJson(document, "notary.test"));

        Assert.Equal(2, (await FindAsync(Now, "ed25519:a", "ed25519:b")).Count);
        var (server, request) = _peers.Requests.Last();
        Assert.Equal((Notary, "POST", "/_matrix/key/v2/query"), (server, request.Method.Method, request.Target));
        var asked = JsonNode.Parse(request.Body!.Value.Span)!["server_keys"]!["peer.test"]!;
        Assert.Equal(Now.ToUnixTimeMilliseconds(), (long)asked["ed25519:a"]!["minimum_valid_until_ts"]!);
    }

    [Fact]
    public async Task A_notary_must_sign_and_cannot_make_things_up()
    {
        var document = _keys.Document(Now.AddDays(1), ["ed25519:a"]);
        ServeNotary(() => document);
        Assert.Empty(await FindAsync(Now, "ed25519:a"));

        _time.Advance(TimeSpan.FromHours(1));
        using var liar = new TestServerKeys("peer.test", "a");
        var invented = JsonNode.Parse(liar.Document(Now.AddDays(1), ["ed25519:a"]))!;
        invented["verify_keys"]!["ed25519:a"]!["key"] = _keys["ed25519:a"].PublicKeyBase64;
        ServeNotary(() => _notary["ed25519:n"].SignJson(Encoding.UTF8.GetBytes(invented.ToJsonString()), "notary.test"));
        Assert.Empty(await FindAsync(Now, "ed25519:a"));
    }

    [Fact]
    public async Task A_notary_does_not_take_back_what_the_server_said()
    {
        await FindAsync(Now, "ed25519:a");
        var stale = _keys.Document(Now.AddHours(1), ["ed25519:a"], ("ed25519:b", Now.AddDays(-3)));
        ServeNotary(() => _notary["ed25519:n"].SignJson(stale, "notary.test"));
        _time.Advance(TimeSpan.FromMinutes(1));

        var keys = await FindAsync(Now, "ed25519:a", "ed25519:b");
        Assert.Equal(2, keys.Count);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), keys.Single(static key => key.KeyId == "ed25519:a").ValidUntil);
    }

    static Dictionary<string, IReadOnlyList<string>> Wanted(params string[] keyIds) => new() { ["peer.test"] = keyIds };

    Transport Create() => new(
        new FederationOptions { TrustedKeyServers = [Notary], RetiredKeys = [new RetiredKey("ed25519:before", "AAAA", 77)] },
        _time,
        services => services.AddSingleton<IFederationClient>(_peers));

    // The notary is down unless a test starts it.
    void Serve(Func<byte[]> document) => _peers.Answer = (server, _) => Task.FromResult(server == Peer ? document() : null);

    void ServeNotary(Func<byte[]> signed) => _peers.Answer = (server, request) => Task.FromResult(server != Notary
        ? null
        : request.Target.EndsWith("/query", StringComparison.Ordinal)
            ? [.. "{\"server_keys\":["u8, .. signed(), .. "]}"u8]
            : _notary.Document(Now.AddDays(1), ["ed25519:n"]));

    async Task<IReadOnlyList<ServerKey>> FindAsync(DateTimeOffset validUntil, params string[] keyIds) =>
        await _transport.Get<IServerKeys>().FindAsync(Wanted(keyIds), validUntil.ToUnixTimeMilliseconds(), default);
}
