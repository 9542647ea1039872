using System.Text.Json;
using Hybrid.Accounts.Keys;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Rooms;
using Hybrid.Storage.Keys;

namespace Hybrid.FederationApi.Devices;

/// <summary><c>POST /_matrix/federation/v1/user/keys/query</c></summary>
sealed class QueryUserKeysEndpoint(ServerIdentity identity, KeyDirectory directory) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", "/_matrix/federation/v1/user/keys/query", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(KeysJson.Default.QueryKeysRequest, cancellationToken);
        if (body.DeviceKeys.Keys.Any(user => user.Server != identity.Name))
            return LocalUsers.NotHere();
        if (body.DeviceKeys.Count > LocalUsers.MaxQueried)
            return LocalUsers.TooMany(LocalUsers.MaxQueried);

        var found = await directory.QueryForServerAsync(body.DeviceKeys, cancellationToken);
        return Reply.Write(writer => Write(writer, found));
    }

    static void Write(Utf8JsonWriter writer, IReadOnlyList<UserKeys> found)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("device_keys"u8);
        foreach (var user in found)
        {
            writer.WriteStartObject(user.UserId.Value);
            foreach (var device in user.Devices)
            {
                writer.WritePropertyName(device.DeviceId.Value);
                SignedKeyWriter.WriteDevice(writer, user, device);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        WriteKeys(writer, "master_keys", found, CrossSigningUsage.Master);
        WriteKeys(writer, "self_signing_keys", found, CrossSigningUsage.SelfSigning);
        writer.WriteEndObject();
    }

    static void WriteKeys(Utf8JsonWriter writer, string name, IReadOnlyList<UserKeys> found, CrossSigningUsage usage)
    {
        writer.WriteStartObject(name);
        foreach (var user in found)
        {
            if (!user.CrossSigning.TryGetValue(usage, out var key))
                continue;

            writer.WritePropertyName(user.UserId.Value);
            SignedKeyWriter.WriteCrossSigningKey(writer, user, key);
        }

        writer.WriteEndObject();
    }
}
