using System.Text.Json;
using Hybrid.Native;
using Hybrid.Rooms;

namespace Hybrid.Federation.Keys;

/// <summary>A key that this server signs with no more.</summary>
/// <param name="KeyId">Its ID, such as <c>ed25519:1</c>.</param>
/// <param name="PublicKey">The key in base64.</param>
/// <param name="ExpiredTs">When it was used last, in milliseconds since the epoch.</param>
public sealed record RetiredKey(string KeyId, string PublicKey, long ExpiredTs);

/// <summary>What this server says about its own keys ("Publishing Keys").</summary>
public sealed class OwnServerKeys(ServerIdentity identity, FederationOptions options, TimeProvider time)
{
    // Also how long others may go on to trust a key that had to be given up.
    static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    readonly Lock _lock = new();
    byte[] _document = [];
    DateTimeOffset _validUntil;

    /// <summary>The signed answer to <c>GET /_matrix/key/v2/server</c>; half of its lifetime is always left.</summary>
    public ReadOnlyMemory<byte> Document
    {
        get
        {
            lock (_lock)
            {
                var now = time.GetUtcNow();
                if (_validUntil - now < Lifetime / 2)
                {
                    _document = identity.Key.SignJson(Write(now + Lifetime), identity.Name.Value);
                    _validUntil = now + Lifetime;
                }

                return _document;
            }
        }
    }

    /// <summary>A key of this server; null for one that it never had.</summary>
    public ServerKey? Find(string keyId)
    {
        var server = identity.Name.Value;
        if (keyId == identity.Key.KeyId)
            return new ServerKey(server, keyId, identity.Key.PublicKeyBase64, (time.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds());
        return options.RetiredKeys.FirstOrDefault(key => key.KeyId == keyId) is { } retired ? new ServerKey(server, keyId, retired.PublicKey, retired.ExpiredTs) : null;
    }

    ReadOnlySpan<byte> Write(DateTimeOffset validUntil)
    {
        var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("old_verify_keys"u8);
            foreach (var key in options.RetiredKeys)
            {
                writer.WriteStartObject(key.KeyId);
                writer.WriteNumber("expired_ts"u8, key.ExpiredTs);
                writer.WriteString("key"u8, key.PublicKey);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteString("server_name"u8, identity.Name.Value);
            writer.WriteNumber("valid_until_ts"u8, validUntil.ToUnixTimeMilliseconds());
            writer.WriteStartObject("verify_keys"u8);
            writer.WriteStartObject(identity.Key.KeyId);
            writer.WriteString("key"u8, identity.Key.PublicKeyBase64);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
    }
}
