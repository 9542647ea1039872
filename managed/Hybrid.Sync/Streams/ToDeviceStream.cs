using System.Collections.Concurrent;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Space;
using Hybrid.Storage.ToDevice;
using Hybrid.Sync.Notifier;

namespace Hybrid.Sync.Streams;

/// <summary>
/// Messages from device to device: <c>to_device</c>. A message stays until the device comes back with a token that covers it
/// (specification, "Send-to-Device messaging").
/// </summary>
sealed class ToDeviceStream(IToDeviceStore store, SyncNotifier notifier) : ISyncStream
{
    const int MaxMessages = 100;

    // The last position each device was sent; 0 when it has acknowledged everything. Devices not in here have not been
    // looked at since the start and may have acknowledged messages left over.
    readonly ConcurrentDictionary<(UserId, DeviceId), long> _sent = new();

    public async ValueTask WriteAsync(SyncTurn turn, SyncBody body, CancellationToken cancellationToken)
    {
        if (turn.Request.DeviceId is not { } device)
            return;

        var messages = await ReadAsync(turn.UserId, device, turn.After.ToDevice, turn.UpTo.ToDevice, MaxMessages, cancellationToken);
        if (messages.Count == 0)
            return;

        if (messages.Count == MaxMessages)
            turn.ToDeviceUpTo = messages[^1].Position;
        body.HasNews = true;
        body.Writer.WriteStartObject("to_device"u8);
        WriteEvents(body.Writer, messages);
        body.Writer.WriteEndObject();
    }

    /// <summary>The device's messages in (<paramref name="after"/>, <paramref name="upTo"/>], the oldest first; without asking the store where the notifier knows that there are none.</summary>
    public async ValueTask<IReadOnlyList<ToDeviceMessage>> ReadAsync(
        UserId userId, DeviceId device, long after, long upTo, int limit, CancellationToken cancellationToken)
    {
        if (!MayHaveMessages(userId, after, upTo))
            return [];

        var messages = await store.ReadAsync(userId, device, after, upTo, limit, cancellationToken);
        if (messages.Count > 0)
            _sent[(userId, device)] = messages[^1].Position;
        return messages;
    }

    /// <summary>Forgets what the device has received, as its token says. Writes nothing when there was nothing.</summary>
    public async ValueTask AcknowledgeAsync(UserId userId, DeviceId? deviceId, long received, CancellationToken cancellationToken)
    {
        if (deviceId is not { } device || received == 0)
            return;

        var key = (userId, device);
        if (_sent.TryGetValue(key, out var sent))
        {
            if (sent == 0 || sent > received)
                return;
        }
        else if ((await store.ReadAsync(userId, device, 0, received, 1, cancellationToken)).Count == 0)
        {
            _sent.TryAdd(key, 0);
            return;
        }

        try
        {
            await store.DeleteUpToAsync(userId, device, received, cancellationToken);
        }
        catch (StorageFullException)
        {
            // What was received stays until a later sync; the client's token keeps it from being shown again.
            return;
        }

        if (!_sent.TryUpdate(key, 0, sent))
            _sent.TryAdd(key, 0);
    }

    bool MayHaveMessages(UserId userId, long after, long upTo)
    {
        if (after >= upTo)
            return false;

        var users = new List<UserId>();
        return !notifier.ToDevice.TryRead(after, upTo, users) || users.Contains(userId);
    }

    /// <summary>Writes <c>events</c> into an open object.</summary>
    public static void WriteEvents(Utf8JsonWriter writer, IReadOnlyList<ToDeviceMessage> messages)
    {
        writer.WriteStartArray("events"u8);
        foreach (var message in messages)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, message.Type);
            writer.WriteString("sender"u8, message.Sender.Value);
            writer.WritePropertyName("content"u8);
            writer.WriteRawValue(message.Content.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
