using System.Collections.Concurrent;
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
        if (turn.Request.DeviceId is not { } device || !MayHaveMessages(turn))
            return;

        var messages = await store.ReadAsync(turn.UserId, device, turn.After.ToDevice, turn.UpTo.ToDevice, MaxMessages, cancellationToken);
        if (messages.Count == 0)
            return;

        var last = messages[^1].Position;
        _sent[(turn.UserId, device)] = last;
        if (messages.Count == MaxMessages)
            turn.ToDeviceUpTo = last;
        body.HasNews = true;
        Write(body, messages);
    }

    /// <summary>Forgets what the device has received, as its token says. Writes nothing when there was nothing.</summary>
    public async ValueTask AcknowledgeAsync(SyncRequest request, CancellationToken cancellationToken)
    {
        if (request is not { DeviceId: { } device, Since: { ToDevice: var received } } || received == 0)
            return;

        var key = (request.UserId, device);
        if (_sent.TryGetValue(key, out var sent))
        {
            if (sent == 0 || sent > received)
                return;
        }
        else if ((await store.ReadAsync(request.UserId, device, 0, received, 1, cancellationToken)).Count == 0)
        {
            _sent.TryAdd(key, 0);
            return;
        }

        try
        {
            await store.DeleteUpToAsync(request.UserId, device, received, cancellationToken);
        }
        catch (StorageFullException)
        {
            // What was received stays until a later sync; the client's token keeps it from being shown again.
            return;
        }

        if (!_sent.TryUpdate(key, 0, sent))
            _sent.TryAdd(key, 0);
    }

    bool MayHaveMessages(SyncTurn turn)
    {
        if (turn.IsInitial)
            return true;
        if (turn.After.ToDevice >= turn.UpTo.ToDevice)
            return false;

        var users = new List<UserId>();
        return !notifier.ToDevice.TryRead(turn.After.ToDevice, turn.UpTo.ToDevice, users) || users.Contains(turn.UserId);
    }

    static void Write(SyncBody body, IReadOnlyList<ToDeviceMessage> messages)
    {
        var writer = body.Writer;
        writer.WriteStartObject("to_device"u8);
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
        writer.WriteEndObject();
    }
}
