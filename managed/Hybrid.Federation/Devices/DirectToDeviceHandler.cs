using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Federation.Inbound.Edus;
using Hybrid.Primitives;
using Hybrid.Rooms;
using Hybrid.Storage.Keys;
using Hybrid.Storage.ToDevice;
using Microsoft.Extensions.Logging;

namespace Hybrid.Federation.Devices;

/// <summary>Delivers messages from devices of other servers (server-server API, <c>m.direct_to_device</c>), each once; they are durable when it returns.</summary>
public sealed class DirectToDeviceHandler(
    ServerIdentity identity, IToDeviceStore inboxes, IRemoteDeviceStore lists, RemoteListWorker worker, TimeProvider time,
    ILogger<DirectToDeviceHandler> logger) : IEduHandler
{
    // As for messages of this server's users.
    const int MaxContentBytes = 65_536;
    const int MaxTypeLength = 255;
    const int MaxIdLength = 255;

    public string EduType => "m.direct_to_device";

    public async ValueTask HandleAsync(ServerName origin, JsonElement content, CancellationToken cancellationToken)
    {
        if (!UserId.TryParse(RemoteKeyReader.Text(content, "sender"), out var sender) || sender.Server != origin
            || RemoteKeyReader.Text(content, "type") is not { Length: > 0 and <= MaxTypeLength } type
            || RemoteKeyReader.Text(content, "message_id") is not { Length: > 0 and <= MaxIdLength } messageId
            || RemoteKeyReader.Member(content, "messages") is not { ValueKind: JsonValueKind.Object } messages)
        {
            logger.LogWarning("Dropped a to-device message of {Origin} that is none of its users' or has the wrong form", origin);
            return;
        }

        var deliveries = ReadDeliveries(messages);
        var batch = new ToDeviceBatch(sender, null, messageId, type, deliveries, time.GetUtcNow());
        if (deliveries.Count > 0 && await inboxes.TryReceiveAsync(origin, batch, cancellationToken) && type == "m.room_key_request")
            await LookForDevicesAsync(sender, messages, cancellationToken);
    }

    List<ToDeviceDelivery> ReadDeliveries(JsonElement messages)
    {
        var deliveries = new List<ToDeviceDelivery>();
        foreach (var ofUser in messages.EnumerateObject())
        {
            if (!UserId.TryParse(ofUser.Name, out var userId) || userId.Server != identity.Name || ofUser.Value.ValueKind != JsonValueKind.Object)
                continue;

            foreach (var ofDevice in ofUser.Value.EnumerateObject())
            {
                var device = default(DeviceId);
                if (ofDevice.Value.ValueKind != JsonValueKind.Object || (ofDevice.Name != "*" && !DeviceId.TryParse(ofDevice.Name, out device)))
                    continue;

                var bytes = JsonMarshal.GetRawUtf8Value(ofDevice.Value);
                if (bytes.Length <= MaxContentBytes)
                    deliveries.Add(new ToDeviceDelivery(userId, ofDevice.Name == "*" ? null : device, bytes.ToArray()));
            }
        }

        return deliveries;
    }

    // A device that asks for keys and is not in a list that was fresh: an update was lost without a trace.
    async ValueTask LookForDevicesAsync(UserId sender, JsonElement messages, CancellationToken cancellationToken)
    {
        if (await lists.FindAsync([sender], cancellationToken) is not [{ IsStale: false }])
            return;

        var known = (await lists.ReadDevicesAsync([sender], cancellationToken)).Select(static device => device.DeviceId.Value).ToHashSet(StringComparer.Ordinal);
        var asking = messages.EnumerateObject().Where(static ofUser => ofUser.Value.ValueKind == JsonValueKind.Object)
            .SelectMany(static ofUser => ofUser.Value.EnumerateObject())
            .Select(static ofDevice => RemoteKeyReader.Text(ofDevice.Value, "requesting_device_id"));
        if (asking.All(device => device is null || known.Contains(device)))
            return;

        await lists.MarkStaleAsync([sender], time.GetUtcNow(), cancellationToken);
        worker.Wake();
    }
}
