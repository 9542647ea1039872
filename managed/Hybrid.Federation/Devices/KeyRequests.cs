using System.Buffers;
using System.Text.Json;
using Hybrid.Federation.Requests;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Federation.Devices;

/// <summary>The requests for keys of other servers' users (server-server API, "Device Management", "End-to-End Encryption").</summary>
static class KeyRequests
{
    /// <summary>How many users are asked for at once, so that the answer stays within what is taken.</summary>
    public const int MaxUsers = 100;

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary><c>POST /user/keys/query</c></summary>
    public static FederationRequest Query(IEnumerable<KeyValuePair<UserId, IReadOnlyList<DeviceId>>> wanted) =>
        Post("query", "device_keys"u8, writer =>
        {
            foreach (var (userId, devices) in wanted)
            {
                writer.WriteStartArray(userId.Value);
                foreach (var device in devices ?? [])
                    writer.WriteStringValue(device.Value);
                writer.WriteEndArray();
            }
        });

    /// <summary><c>POST /user/keys/claim</c></summary>
    public static FederationRequest Claim(IEnumerable<KeyClaim> claims) =>
        Post("claim", "one_time_keys"u8, writer =>
        {
            foreach (var ofUser in claims.GroupBy(static claim => claim.UserId))
            {
                writer.WriteStartObject(ofUser.Key.Value);
                foreach (var claim in ofUser)
                    writer.WriteString(claim.DeviceId.Value, claim.Algorithm);
                writer.WriteEndObject();
            }
        });

    /// <summary><c>GET /user/devices/{userId}</c></summary>
    public static FederationRequest Devices(UserId userId) =>
        FederationRequest.Get(FederationPath.Of("federation/v1/user/devices", userId.Value)) with { Timeout = Timeout };

    static FederationRequest Post(string what, ReadOnlySpan<byte> name, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(name);
            write(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return FederationRequest.Post(FederationPath.Of("federation/v1/user/keys", what), buffer.WrittenMemory) with { Timeout = Timeout };
    }
}
