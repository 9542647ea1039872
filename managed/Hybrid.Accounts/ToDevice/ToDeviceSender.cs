using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ToDevice;
using Hybrid.Storage.ToDevice;
using Microsoft.Extensions.Logging;

namespace Hybrid.Accounts.ToDevice;

/// <summary>Delivers messages to devices (specification, "Send-to-Device messaging").</summary>
/// <param name="store">The inboxes of this server's devices, and the queues for other servers.</param>
/// <param name="time">For the age of transaction IDs.</param>
/// <param name="logger">Hears of messages that could not be sent on.</param>
/// <param name="remote">Reaches other servers; without it, messages to their users are dropped, as <see cref="IRemoteToDevice"/> says.</param>
public sealed class ToDeviceSender(IToDeviceStore store, TimeProvider time, ILogger<ToDeviceSender> logger, IRemoteToDevice? remote = null)
{
    // As for room events: one message must not crowd out a whole sync.
    const int MaxContentBytes = 65_536;

    /// <summary>Delivers each message once, however often the transaction comes; durable when it returns.</summary>
    public async ValueTask<Result<Done>> SendAsync(
        UserId sender, DeviceId? senderDevice, string transactionId, string type, SendToDeviceRequest request, CancellationToken cancellationToken)
    {
        if (!ReadDeliveries(request).TryGet(out var deliveries, out var error))
            return error;

        var server = sender.Server;
        var elsewhere = deliveries.FindAll(delivery => delivery.UserId.Server != server);
        deliveries.RemoveAll(delivery => delivery.UserId.Server != server);
        IReadOnlyList<OutgoingToDevice> outgoing = [];
        if (remote is not null)
            outgoing = DirectToDevice.Pack(sender, type, elsewhere);
        else if (elsewhere.Count > 0)
            logger.LogWarning("Dropped {Count} to-device messages for users of other servers: this server does not federate", elsewhere.Count);

        var batch = new ToDeviceBatch(sender, senderDevice, transactionId, type, deliveries, time.GetUtcNow());
        if (await store.TryDeliverAsync(batch, outgoing, cancellationToken) && outgoing.Count > 0)
            remote!.Queued(outgoing.Select(static message => message.Destination).ToHashSet());
        return default(Done);
    }

    static Result<List<ToDeviceDelivery>> ReadDeliveries(SendToDeviceRequest request)
    {
        var deliveries = new List<ToDeviceDelivery>();
        foreach (var (userId, devices) in request.Messages)
        {
            foreach (var (device, content) in devices ?? new Dictionary<string, JsonElement>())
            {
                var deviceId = default(DeviceId);
                if (device != "*" && !DeviceId.TryParse(device, out deviceId))
                    return MatrixError.BadJson($"'{device}' is not a device ID.");
                if (content.ValueKind != JsonValueKind.Object)
                    return MatrixError.BadJson($"The message for '{userId}' must be an object.");

                var bytes = JsonMarshal.GetRawUtf8Value(content);
                if (bytes.Length > MaxContentBytes)
                    return MatrixError.TooLarge($"The message for '{userId}' is larger than {MaxContentBytes} bytes.");

                deliveries.Add(new ToDeviceDelivery(userId, device == "*" ? null : deviceId, bytes.ToArray()));
            }
        }

        return deliveries;
    }
}
