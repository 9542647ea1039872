using System.Buffers;
using System.Text.Json;
using Hybrid.Accounts.Keys;
using Hybrid.Federation.Outbound;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Keys;

namespace Hybrid.Federation.Devices;

/// <summary>Writes <c>m.device_list_update</c> and <c>m.signing_key_update</c> of one of this server's users for a server.</summary>
public sealed class DeviceUpdates(KeyDirectory directory, IDeviceStore devices)
{
    // A server that missed more asks for the whole list, which costs both less.
    const int MaxUpdates = 20;

    static readonly IReadOnlyDictionary<CrossSigningUsage, string> SigningKeys = new Dictionary<CrossSigningUsage, string>
    {
        [CrossSigningUsage.Master] = "master_key",
        [CrossSigningUsage.SelfSigning] = "self_signing_key",
    };

    /// <summary>What the server has to be told, at most <paramref name="limit"/> EDUs, and what it knows once it has taken them.</summary>
    /// <param name="told">What it knows now.</param>
    /// <param name="changes">Every change of the user, the oldest first.</param>
    /// <param name="limit">How many EDUs there is room for; more than none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async ValueTask<(IReadOnlyList<Edu> Edus, ToldDeviceList Told)> WriteAsync(
        ToldDeviceList told, IReadOnlyList<DeviceChange> changes, int limit, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<UserId, IReadOnlyList<DeviceId>> { [told.UserId] = [] };
        var keys = (await directory.QueryForServerAsync(wanted, cancellationToken))[0];
        var pending = Select(told, changes, out var isWhole);
        var edus = new List<Edu>();
        foreach (var change in pending)
        {
            if (edus.Count == limit)
                return (edus, told);

            if (change.Kind == DeviceChangeKind.SigningKeys)
            {
                if (keys.CrossSigning.Count > 0)
                    edus.Add(WriteSigningKeys(keys));
                told = told with { ToldUpTo = change.Position };
            }
            else
            {
                long[] previous = isWhole ? Unknown(told, change) : [told.SentId!.Value];
                edus.Add(await WriteDeviceAsync(keys, change, previous, cancellationToken));
                told = told with { SentId = change.Position, ToldUpTo = change.Position };
            }
        }

        var last = changes.Count > 0 ? Math.Max(told.ToldUpTo, changes[^1].Position) : told.ToldUpTo;
        return (edus, told with { ToldUpTo = last });
    }

    // What is told one by one; or, where that would be too much or cannot be said, the latest change alone, in a way that makes the server ask for
    // the whole list, in which the cross-signing keys are too.
    static List<DeviceChange> Select(ToldDeviceList told, IReadOnlyList<DeviceChange> changes, out bool isWhole)
    {
        var pending = changes.Where(change => change.Position > told.ToldUpTo && change.Kind != DeviceChangeKind.Forgotten).ToList();
        var ofDevices = pending.FindAll(static change => change.Kind == DeviceChangeKind.Device);
        isWhole = told.SentId is null || ofDevices.Count > MaxUpdates
            || changes.Any(change => change.Kind == DeviceChangeKind.Forgotten && change.Position > told.ToldUpTo);
        return isWhole && ofDevices.Count > 0 ? [ofDevices[^1]] : pending;
    }

    // The ID that came just before: whoever has a list as of it has all that was missed, and everybody else does not know it.
    static long[] Unknown(ToldDeviceList told, DeviceChange change) => told.SentId is null ? [] : [change.Position - 1];

    async ValueTask<Edu> WriteDeviceAsync(UserKeys keys, DeviceChange change, long[] previous, CancellationToken cancellationToken)
    {
        var deviceId = change.DeviceId!.Value;
        var isThere = await devices.FindAsync(change.UserId, deviceId, cancellationToken) is not null;
        return Write("m.device_list_update", writer =>
        {
            writer.WriteString("user_id"u8, change.UserId.Value);
            writer.WriteString("device_id"u8, deviceId.Value);
            writer.WriteNumber("stream_id"u8, change.Position);
            writer.WriteStartArray("prev_id"u8);
            foreach (var id in previous)
                writer.WriteNumberValue(id);
            writer.WriteEndArray();
            if (!isThere)
            {
                writer.WriteBoolean("deleted"u8, true);
            }
            else if (keys.Devices.FirstOrDefault(device => device.DeviceId == deviceId) is { } device)
            {
                writer.WritePropertyName("keys"u8);
                SignedKeyWriter.WriteDeviceKeys(writer, keys, device);
            }
        });
    }

    static Edu WriteSigningKeys(UserKeys keys) => Write("m.signing_key_update", writer =>
    {
        writer.WriteString("user_id"u8, keys.UserId.Value);
        foreach (var (usage, name) in SigningKeys)
        {
            if (!keys.CrossSigning.TryGetValue(usage, out var key))
                continue;

            writer.WritePropertyName(name);
            SignedKeyWriter.WriteCrossSigningKey(writer, keys, key);
        }
    });

    static Edu Write(string type, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return new Edu(type, buffer.WrittenMemory);
    }
}
