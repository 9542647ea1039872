using System.Text.Json;
using Hybrid.Federation.Inbound.Edus;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Federation.Devices;

/// <summary>
/// Takes in what other servers tell of their users' devices (server-server API, <c>m.device_list_update</c>). Where updates are missing, or one
/// cannot be understood, the whole list is asked for.
/// </summary>
public sealed class DeviceListUpdateHandler(
    IRemoteDeviceStore store, RemoteSharing sharing, RemoteKeyReader reader, RemoteListWorker worker, TimeProvider time) : IEduHandler
{
    const int MaxPreviousIds = 100;

    public string EduType => "m.device_list_update";

    public async ValueTask HandleAsync(ServerName origin, JsonElement content, CancellationToken cancellationToken)
    {
        if (!UserId.TryParse(RemoteKeyReader.Text(content, "user_id"), out var userId) || userId.Server != origin
            || !await sharing.SharesAsync(userId, cancellationToken))
        {
            return;
        }

        // A list from before a time in which no room was shared: an update says nothing of what was missed then.
        var hasMissed = await store.FindAsync([userId], cancellationToken) is [{ IsFetched: true } list]
            && !await sharing.SharesSinceAsync(userId, list.Since, null, cancellationToken);
        if (hasMissed || ReadUpdate(userId, content) is not { } update)
        {
            await store.MarkStaleAsync([userId], time.GetUtcNow(), cancellationToken);
            worker.Wake();
            return;
        }

        if (await store.ApplyAsync(update, time.GetUtcNow(), cancellationToken) == RemoteUpdateStatus.Stale)
            worker.Wake();
    }

    RemoteDeviceUpdate? ReadUpdate(UserId userId, JsonElement content)
    {
        if (!DeviceId.TryParse(RemoteKeyReader.Text(content, "device_id"), out var deviceId)
            || RemoteKeyReader.Member(content, "stream_id") is not { ValueKind: JsonValueKind.Number } stream || !stream.TryGetInt64(out var streamId))
        {
            return null;
        }

        var previous = new List<long>();
        if (RemoteKeyReader.Member(content, "prev_id") is { ValueKind: not JsonValueKind.Null } ids)
        {
            if (ids.ValueKind != JsonValueKind.Array || ids.GetArrayLength() > MaxPreviousIds)
                return null;

            foreach (var id in ids.EnumerateArray())
            {
                if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt64(out var previousId))
                    return null;
                previous.Add(previousId);
            }
        }

        var isGone = RemoteKeyReader.Member(content, "deleted") is { ValueKind: JsonValueKind.True };
        DeviceKeysRecord? device = null;
        if (!isGone && RemoteKeyReader.Member(content, "keys") is { ValueKind: not JsonValueKind.Null } keys)
        {
            device = reader.ReadDevice(userId, deviceId.Value, keys, RemoteKeyReader.Text(content, "device_display_name"));
            if (device is null)
                return null;
        }

        return new RemoteDeviceUpdate(userId, deviceId, streamId, previous, device);
    }
}
