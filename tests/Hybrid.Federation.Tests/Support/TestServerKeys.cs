using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Native;

namespace Hybrid.Federation.Tests.Support;

/// <summary>A server's keys, and the documents that it hands out about them.</summary>
sealed class TestServerKeys(string server, params string[] versions) : IDisposable
{
    readonly Dictionary<string, SigningKey> _keys = versions.ToDictionary(static version => "ed25519:" + version, SigningKey.Generate);

    public string Server { get; } = server;

    public SigningKey this[string keyId] => _keys[keyId];

    /// <summary>A document that is signed with all current keys.</summary>
    /// <param name="validUntil">Its <c>valid_until_ts</c>.</param>
    /// <param name="current">The keys that are in use.</param>
    /// <param name="old">The keys of the past, with when they expired.</param>
    public byte[] Document(DateTimeOffset validUntil, string[] current, params (string KeyId, DateTimeOffset Expired)[] old)
    {
        var document = new JsonObject
        {
            ["server_name"] = Server,
            ["valid_until_ts"] = validUntil.ToUnixTimeMilliseconds(),
            ["verify_keys"] = new JsonObject(current.Select(keyId => KeyValuePair.Create(keyId, (JsonNode?)new JsonObject { ["key"] = _keys[keyId].PublicKeyBase64 }))),
            ["old_verify_keys"] = new JsonObject(old.Select(key => KeyValuePair.Create(
                key.KeyId,
                (JsonNode?)new JsonObject { ["key"] = _keys[key.KeyId].PublicKeyBase64, ["expired_ts"] = key.Expired.ToUnixTimeMilliseconds() }))),
        };
        return current.Aggregate(Encoding.UTF8.GetBytes(document.ToJsonString()), (json, keyId) => _keys[keyId].SignJson(json, Server));
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }
}
