using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Hybrid.Benchmarks;

/// <summary>
/// Makes an event in managed code, as carefully as one would: each field becomes canonical once, and hash, signature and ID
/// are taken of the same pieces put together. Message events of room version 12 only.
/// </summary>
/// <param name="server">Who signs.</param>
/// <param name="keyId">With which key.</param>
/// <param name="sign">Returns the Ed25519 signature of bytes.</param>
sealed class ManagedEventSealer(string server, string keyId, Func<byte[], byte[]> sign)
{
    static readonly HashSet<string> KeptByRedaction = new(StringComparer.Ordinal)
    {
        "auth_events", "content", "depth", "hashes", "origin_server_ts", "prev_events", "room_id", "sender", "state_key", "type",
    };

    public (byte[] Json, string EventId) Seal(ReadOnlyMemory<byte> template)
    {
        var fields = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using (var document = JsonDocument.Parse(template))
        {
            foreach (var property in document.RootElement.EnumerateObject())
                fields.Add(property.Name, ManagedCanonicalJson.Canonicalize(property.Value));
        }

        var contentHash = SHA256.HashData(Join(fields));
        fields["hashes"] = Encoding.UTF8.GetBytes($$"""{"sha256":"{{Convert.ToBase64String(contentHash).TrimEnd('=')}}"}""");

        var redacted = Join(fields.Where(field => KeptByRedaction.Contains(field.Key))
            .Select(field => field.Key == "content" ? KeyValuePair.Create(field.Key, "{}"u8.ToArray()) : field));
        var signature = Convert.ToBase64String(sign(redacted)).TrimEnd('=');
        fields["signatures"] = Encoding.UTF8.GetBytes($$$"""{"{{{server}}}":{"{{{keyId}}}":"{{{signature}}}"}}""");
        return (Join(fields), "$" + Base64Url.EncodeToString(SHA256.HashData(redacted)));
    }

    static byte[] Join(IEnumerable<KeyValuePair<string, byte[]>> fields)
    {
        var json = new ArrayBufferWriter<byte>(2048);
        json.Write("{"u8);
        foreach (var (name, value) in fields)
        {
            json.Write(json.WrittenCount == 1 ? "\""u8 : ",\""u8);
            Encoding.UTF8.GetBytes(name, json);
            json.Write("\":"u8);
            json.Write(value);
        }

        json.Write("}"u8);
        return json.WrittenSpan.ToArray();
    }
}
