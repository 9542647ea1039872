using System.Text.Json;
using Hybrid.Native;
using Hybrid.Primitives;
using Hybrid.Storage.Federation;

namespace Hybrid.Federation.Keys;

/// <summary>What a server says about its keys, as it or a notary hands it out ("Publishing Keys").</summary>
public static class ServerKeyDocument
{
    /// <summary>The longest that is read, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    const int MaxKeys = 64;
    const int MaxKeyIdLength = 255;
    const string Algorithm = "ed25519:";

    // "Servers MUST use the lesser of this field and 7 days into the future".
    static readonly TimeSpan LongestValidity = TimeSpan.FromDays(7);

    /// <summary>
    /// The keys of a document that is signed with one of the keys in it; null when it is not, or has another shape. Keys of other algorithms are left
    /// out, and those of the past are valid until they expired.
    /// </summary>
    /// <param name="json">The document.</param>
    /// <param name="now">When it came.</param>
    public static ServerKeyAnswer? Read(ReadOnlyMemory<byte> json, DateTimeOffset now)
    {
        try
        {
            if (json.Length > MaxBytes)
                return null;

            // What has no canonical form could not be signed again by a notary.
            var canonical = CanonicalJson.Canonicalize(json.Span);
            using var document = JsonDocument.Parse(canonical);
            return Read(canonical, document.RootElement, now);
        }
        catch (Exception exception) when (exception is NativeException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // The last three are for elements that are missing or of another kind, and strings that are no text.
            return null;
        }
    }

    /// <summary>Whether a document is signed by a notary with one of these keys.</summary>
    public static bool IsSignedBy(ReadOnlyMemory<byte> json, IEnumerable<ServerKey> keys)
    {
        try
        {
            return keys.Any(key => JsonSignature.Verify(json.Span, key.ServerName, key.KeyId, key.PublicKey));
        }
        catch (NativeException)
        {
            return false;
        }
    }

    static ServerKeyAnswer? Read(byte[] canonical, JsonElement document, DateTimeOffset now)
    {
        if (!ServerName.TryParse(document.GetProperty("server_name").GetString(), out var server) || !document.GetProperty("valid_until_ts").TryGetInt64(out var validUntil))
            return null;

        validUntil = Math.Min(validUntil, (now + LongestValidity).ToUnixTimeMilliseconds());
        var keys = new List<StoredServerKey>();
        foreach (var entry in document.GetProperty("verify_keys").EnumerateObject())
        {
            if (IsKeyId(entry.Name))
                keys.Add(new StoredServerKey(entry.Name, entry.Value.GetProperty("key").GetString()!, validUntil));
        }

        if (keys.Count > MaxKeys || !keys.Any(key => JsonSignature.Verify(canonical, server.Value, key.KeyId, key.PublicKey)))
            return null;

        if (document.TryGetProperty("old_verify_keys", out var old))
        {
            foreach (var entry in old.EnumerateObject().Where(entry => IsKeyId(entry.Name) && keys.All(key => key.KeyId != entry.Name)).Take(MaxKeys).ToList())
                keys.Add(new StoredServerKey(entry.Name, entry.Value.GetProperty("key").GetString()!, entry.Value.GetProperty("expired_ts").GetInt64()));
        }

        return new ServerKeyAnswer(server, keys, canonical, now.ToUnixTimeMilliseconds(), validUntil);
    }

    static bool IsKeyId(string name) => name.StartsWith(Algorithm, StringComparison.Ordinal) && name.Length <= MaxKeyIdLength;
}
