using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Accounts.Keys;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace Hybrid.Keys.Tests;

/// <summary>A real Ed25519 key that signs JSON as clients do.</summary>
sealed class TestKey
{
    readonly Ed25519PrivateKeyParameters _private = new(new SecureRandom());

    public TestKey() => Public = Base64(_private.GeneratePublicKey().GetEncoded());

    public string Public { get; }

    /// <summary>Adds the signature of this key to <paramref name="json"/> and returns it.</summary>
    public JsonObject Sign(JsonObject json, string user, string? name = null)
    {
        var text = SignedText.Of(json);
        var signature = new byte[Ed25519PrivateKeyParameters.SignatureSize];
        _private.Sign(Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Algorithm.Ed25519, null, text, 0, text.Length, signature, 0);
        var signatures = json["signatures"] as JsonObject ?? [];
        json["signatures"] = signatures;
        var bySigner = signatures[user] as JsonObject ?? [];
        signatures[user] = bySigner;
        bySigner[$"ed25519:{name ?? Public}"] = Base64(signature);
        return json;
    }

    public static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');
}

/// <summary>What signatures cover: canonical JSON without <c>signatures</c> and <c>unsigned</c>.</summary>
static class SignedText
{
    public static byte[] Of(JsonObject json)
    {
        var covered = json.DeepClone().AsObject();
        covered.Remove("signatures");
        covered.Remove("unsigned");
        return Encoding.UTF8.GetBytes(Canonical(covered));
    }

    static string Canonical(JsonNode? node) => node switch
    {
        JsonObject map => "{" + string.Join(',', map.OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => $"\"{entry.Key}\":{Canonical(entry.Value)}")) + "}",
        JsonArray list => "[" + string.Join(',', list.Select(Canonical)) + "]",
        null => "null",
        JsonValue value when value.TryGetValue<string>(out var text) => $"\"{text}\"",
        _ => node.ToJsonString(),
    };
}

/// <summary>Verifies with BouncyCastle what the server verifies natively.</summary>
sealed class BouncyVerifier : ISignatureVerifier
{
    public bool Verify(ReadOnlyMemory<byte> json, string entity, string keyId, string publicKey)
    {
        var signed = JsonNode.Parse(json.Span)!.AsObject();
        if (signed["signatures"]?[entity]?[keyId]?.GetValue<string>() is not { } signature || !TryDecode(signature, 64, out var bytes) || !TryDecode(publicKey, 32, out var key))
            return false;

        var text = SignedText.Of(signed);
        return new Ed25519PublicKeyParameters(key).Verify(
            Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Algorithm.Ed25519, null, text, 0, text.Length, bytes, 0);
    }

    static bool TryDecode(string text, int length, out byte[] bytes)
    {
        bytes = new byte[length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var written) && written == length;
    }
}
