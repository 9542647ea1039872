using Hybrid.Federation.Keys;
using Hybrid.Native;

namespace Hybrid.Simulation.Tests.Servers;

/// <summary>The keys of all servers, known to all: what the simulation is about is what they sign.</summary>
sealed class KnownKeys : IServerKeys
{
    const long ValidUntil = 4_000_000_000_000;

    readonly Dictionary<(string Server, string KeyId), ServerKey> _keys = [];

    public void Add(string server, SigningKey key) => _keys[(server, key.KeyId)] = new ServerKey(server, key.KeyId, key.PublicKeyBase64, ValidUntil);

    public ValueTask<IReadOnlyList<ServerKey>> FindAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> wanted, long validUntil, CancellationToken cancellationToken) =>
        new((IReadOnlyList<ServerKey>)
        [
            .. wanted.SelectMany(static server => server.Value.Select(keyId => (server.Key, keyId))).Where(_keys.ContainsKey).Select(key => _keys[key]),
        ]);
}
