using System.Text.Json;
using Hybrid.Accounts.Keys;
using Hybrid.Federation.Outbound;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Keys;

namespace Hybrid.FederationApi.Devices;

/// <summary><c>GET /_matrix/federation/v1/user/devices/{userId}</c></summary>
sealed class UserDevicesEndpoint(
    ServerIdentity identity, KeyDirectory directory, IOutgoingDeviceListStore outgoing, IDestinationRooms rooms) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/user/devices/{userId}", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var userId = request.Path<UserId>("userId");
        if (userId.Server != identity.Name)
            return LocalUsers.NotHere();

        // Before the keys: they may be newer than this says, which the next update only repeats.
        var changes = await outgoing.ReadChangesAsync([userId], cancellationToken);
        var streamId = changes.Where(static change => change.Kind != DeviceChangeKind.SigningKeys).Select(static change => change.Position).DefaultIfEmpty().Max();
        var wanted = new Dictionary<UserId, IReadOnlyList<DeviceId>> { [userId] = [] };
        var keys = (await directory.QueryForServerAsync(wanted, cancellationToken))[0];

        // The next update that the server gets builds upon what it has from here.
        if ((await rooms.ServersWithAsync(userId, cancellationToken)).Contains(request.Origin))
            await outgoing.NoteFetchedAsync(request.Origin, userId, streamId, cancellationToken);
        return Reply.Write(writer => Write(writer, keys, streamId));
    }

    static void Write(Utf8JsonWriter writer, UserKeys keys, long streamId)
    {
        writer.WriteStartObject();
        writer.WriteString("user_id"u8, keys.UserId.Value);
        writer.WriteNumber("stream_id"u8, streamId);
        writer.WriteStartArray("devices"u8);
        foreach (var device in keys.Devices)
        {
            writer.WriteStartObject();
            writer.WriteString("device_id"u8, device.DeviceId.Value);
            writer.WritePropertyName("keys"u8);
            SignedKeyWriter.WriteDeviceKeys(writer, keys, device);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteKey(writer, "master_key", keys, CrossSigningUsage.Master);
        WriteKey(writer, "self_signing_key", keys, CrossSigningUsage.SelfSigning);
        writer.WriteEndObject();
    }

    static void WriteKey(Utf8JsonWriter writer, string name, UserKeys keys, CrossSigningUsage usage)
    {
        if (!keys.CrossSigning.TryGetValue(usage, out var key))
            return;

        writer.WritePropertyName(name);
        SignedKeyWriter.WriteCrossSigningKey(writer, keys, key);
    }
}
