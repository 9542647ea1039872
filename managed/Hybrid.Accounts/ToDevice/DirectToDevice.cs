using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.ToDevice;

namespace Hybrid.Accounts.ToDevice;

/// <summary>Packs messages for users of other servers (server-server API, <c>m.direct_to_device</c>).</summary>
static class DirectToDevice
{
    // Messages of one request share an EDU until it is this large, so that a transaction of many stays within what servers take.
    const int FullAtBytes = 65_536;

    // 32 characters, the most that a message_id may have.
    const int IdBytes = 16;

    /// <summary>The EDU contents, in the order of the messages; each has a <c>message_id</c> of its own.</summary>
    public static IReadOnlyList<OutgoingToDevice> Pack(UserId sender, string type, IReadOnlyList<ToDeviceDelivery> deliveries)
    {
        var packed = new List<OutgoingToDevice>();
        foreach (var toServer in deliveries.GroupBy(static delivery => delivery.UserId.Server))
        {
            var together = new List<ToDeviceDelivery>();
            var size = 0;
            foreach (var delivery in toServer)
            {
                if (together.Count > 0 && size + delivery.Content.Length > FullAtBytes)
                {
                    packed.Add(new OutgoingToDevice(toServer.Key, Write(sender, type, together)));
                    together.Clear();
                    size = 0;
                }

                together.Add(delivery);
                size += delivery.Content.Length;
            }

            packed.Add(new OutgoingToDevice(toServer.Key, Write(sender, type, together)));
        }

        return packed;
    }

    static byte[] Write(UserId sender, string type, List<ToDeviceDelivery> deliveries)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("sender"u8, sender.Value);
            writer.WriteString("type"u8, type);
            writer.WriteString("message_id"u8, RandomNumberGenerator.GetHexString(IdBytes * 2, lowercase: true));
            writer.WriteStartObject("messages"u8);
            foreach (var ofUser in deliveries.GroupBy(static delivery => delivery.UserId))
            {
                writer.WriteStartObject(ofUser.Key.Value);
                foreach (var delivery in ofUser)
                {
                    writer.WritePropertyName(delivery.DeviceId?.Value ?? "*");
                    writer.WriteRawValue(delivery.Content.Span, skipInputValidation: true);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
