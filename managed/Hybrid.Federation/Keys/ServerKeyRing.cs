using System.Collections.Concurrent;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Storage.Federation;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Keys;

/// <inheritdoc cref="IServerKeys"/>
public sealed class ServerKeyRing(
    OwnServerKeys own, FederationOptions options, Rooms.ServerIdentity identity, IServerKeyStore store, ServerKeyFetcher fetcher, TimeProvider time,
    ILogger<ServerKeyRing> logger) : IServerKeys, IDisposable
{
    const int MaxServers = 20_000;
    const int MaxFetches = 64;

    // An answer was just had, and asking again gives the same.
    static readonly TimeSpan PauseAfterAnswer = TimeSpan.FromSeconds(20);
    static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);
    static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    readonly ConcurrentDictionary<ServerName, IReadOnlyDictionary<string, ServerKey>> _known = new();
    readonly ConcurrentDictionary<ServerName, Pause> _pauses = new();
    readonly ConcurrentDictionary<ServerName, Lazy<Task>> _running = new();
    readonly SemaphoreSlim _fetches = new(MaxFetches);

    public async ValueTask<IReadOnlyList<ServerKey>> FindAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> wanted, long validUntil, CancellationToken cancellationToken)
    {
        var found = new List<ServerKey>();
        var others = new Dictionary<ServerName, IReadOnlyList<string>>();
        foreach (var (name, keyIds) in wanted)
        {
            if (name == identity.Name.Value)
                found.AddRange(keyIds.Select(own.Find).OfType<ServerKey>());
            else if (ServerName.TryParse(name, out var server))
                others[server] = keyIds;
        }

        await LoadAsync(others.Keys, cancellationToken);

        // No server promises the future.
        var needed = Math.Min(validUntil, time.GetUtcNow().ToUnixTimeMilliseconds());
        var lacking = others.Where(server => IsLacking(server.Key, server.Value, needed)).ToList();
        if (lacking.Count > 0)
            await Task.WhenAll(lacking.Select(server => FetchAsync(server.Key, server.Value, needed))).WaitAsync(cancellationToken);

        foreach (var (server, keyIds) in others)
        {
            var keys = Known(server);
            found.AddRange(keyIds.Distinct().Where(keys.ContainsKey).Select(keyId => keys[keyId]));
        }

        return found;
    }

    /// <summary>Asks for a server's keys over the network, unless that was just done.</summary>
    /// <param name="server">Whose keys.</param>
    /// <param name="keyIds">The keys that notaries are asked for if the server does not give them.</param>
    /// <param name="validUntil">Until when a key must be valid at least not to be asked for; in milliseconds since the epoch.</param>
    public Task FetchAsync(ServerName server, IReadOnlyList<string> keyIds, long validUntil)
    {
        if (IsPaused(server))
            return Task.CompletedTask;

        return _running.GetOrAdd(server, name => new Lazy<Task>(() => RunAsync(name, keyIds, validUntil))).Value;
    }

    public void Dispose() => _fetches.Dispose();

    bool IsLacking(ServerName server, IReadOnlyList<string> keyIds, long needed)
    {
        // A key that ended before, while the server has others that are still valid, is one of its past: nothing newer will be said of it.
        var keys = Known(server);
        return keyIds.Any(keyId => !keys.TryGetValue(keyId, out var key) || (key.ValidUntil < needed && keys.Values.All(other => other.ValidUntil < needed)));
    }

    IReadOnlyDictionary<string, ServerKey> Known(ServerName server) =>
        _known.TryGetValue(server, out var keys) ? keys : new Dictionary<string, ServerKey>();

    async ValueTask LoadAsync(IEnumerable<ServerName> servers, CancellationToken cancellationToken)
    {
        var unknown = servers.Where(server => !_known.ContainsKey(server)).ToList();
        if (unknown.Count == 0)
            return;

        // What is dropped here is in the store.
        if (_known.Count + unknown.Count > MaxServers)
            _known.Clear();

        // A fetch that ends meanwhile knows better.
        var stored = (await store.ReadAsync(unknown, cancellationToken)).ToLookup(static key => key.ServerName);
        foreach (var server in unknown)
            _known.TryAdd(server, stored[server.Value].ToDictionary(static key => key.KeyId));
    }

    // Apart from all who wait for it: one that gives up does not take the answer from the others.
    async Task RunAsync(ServerName server, IReadOnlyList<string> keyIds, long validUntil)
    {
        await _fetches.WaitAsync();
        try
        {
            var answered = await AskServerAsync(server);
            foreach (var notary in options.TrustedKeyServers)
            {
                if (!IsLacking(server, keyIds, validUntil))
                    break;
                if (notary != server)
                    answered |= await AskNotaryAsync(notary, server, keyIds, validUntil);
            }

            SetPause(server, answered);
        }
#pragma warning disable CA1031 // Whoever waits gets what is known; why there is no more is the operator's business.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogError(exception, "Keys of {Server} could not be fetched", server);
            SetPause(server, false);
        }
        finally
        {
            _fetches.Release();
            _running.TryRemove(server, out _);
        }
    }

    async ValueTask<bool> AskServerAsync(ServerName server)
    {
        if (await fetcher.AskServerAsync(server, CancellationToken.None) is not { } answer)
            return false;

        await KeepAsync(answer);
        return true;
    }

    async ValueTask<bool> AskNotaryAsync(ServerName notary, ServerName server, IReadOnlyList<string> keyIds, long validUntil)
    {
        var notaryKeys = await NotaryKeysAsync(notary);
        if (notaryKeys.Count == 0)
            return false;

        var answers = await fetcher.AskNotaryAsync(notary, notaryKeys, server, keyIds, validUntil, CancellationToken.None);
        foreach (var answer in answers)
        {
            // A notary may have slept: it does not take back what is known from the server itself.
            var known = Known(server);
            var news = answer.Keys.Where(key => !known.TryGetValue(key.KeyId, out var before) || before.ValidUntil < key.ValidUntil).ToList();
            if (news.Count > 0)
                await KeepAsync(answer with { Keys = news });
        }

        return answers.Count > 0;
    }

    // From the notary itself, over TLS: it is the operator who trusts it.
    async ValueTask<IReadOnlyList<ServerKey>> NotaryKeysAsync(ServerName notary)
    {
        await LoadAsync([notary], CancellationToken.None);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (Known(notary).Values.All(key => key.ValidUntil < now) && !IsPaused(notary))
            SetPause(notary, await AskServerAsync(notary));
        return [.. Known(notary).Values.Where(key => key.ValidUntil >= now)];
    }

    async ValueTask KeepAsync(ServerKeyAnswer answer)
    {
        await LoadAsync([answer.Server], CancellationToken.None);
        await store.StoreAsync(answer, CancellationToken.None);
        var keys = new Dictionary<string, ServerKey>(Known(answer.Server));
        foreach (var key in answer.Keys)
            keys[key.KeyId] = new ServerKey(answer.Server.Value, key.KeyId, key.PublicKey, key.ValidUntil);
        _known[answer.Server] = keys;
    }

    bool IsPaused(ServerName server) => _pauses.TryGetValue(server, out var pause) && time.GetUtcNow() < pause.Until;

    void SetPause(ServerName server, bool answered)
    {
        var now = time.GetUtcNow();
        var failures = answered ? 0 : (_pauses.TryGetValue(server, out var before) ? before.Failures : 0) + 1;
        var length = answered ? PauseAfterAnswer : PauseAfterFailure * Math.Pow(2, Math.Min(failures - 1, 10));
        if (_pauses.Count >= MaxServers)
            _pauses.Clear();
        _pauses[server] = new Pause(now + (length < LongestPause ? length : LongestPause), failures);
    }

    readonly record struct Pause(DateTimeOffset Until, int Failures);
}
