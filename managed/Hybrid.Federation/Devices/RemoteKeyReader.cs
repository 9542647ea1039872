using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Accounts.Keys;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Federation.Devices;

/// <summary>
/// Reads the keys that other servers tell of their users. They are checked as those that clients upload here: a device whose keys are not its
/// own or not signed by it is left out, and so is a cross-signing key of the wrong form.
/// </summary>
public sealed class RemoteKeyReader(ISignatureVerifier verifier)
{
    const int MaxNameLength = 256;

    /// <summary>The devices in a map from device ID to keys, as of <c>user/keys/query</c>; those that do not pass are left out.</summary>
    public List<DeviceKeysRecord> ReadDevices(UserId userId, JsonElement devices)
    {
        var read = new List<DeviceKeysRecord>();
        if (devices.ValueKind != JsonValueKind.Object)
            return read;

        foreach (var device in devices.EnumerateObject())
        {
            if (ReadDevice(userId, device.Name, device.Value, NameIn(device.Value)) is { } keys)
                read.Add(keys);
        }

        return [.. read.DistinctBy(static device => device.DeviceId)];
    }

    /// <summary>One device's keys; null when they do not pass.</summary>
    public DeviceKeysRecord? ReadDevice(UserId userId, string? deviceId, JsonElement keys, string? name)
    {
        if (!DeviceId.TryParse(deviceId, out var device) || PublishedKeys.CheckDevice(verifier, userId, device, keys) is not null)
            return null;

        var shown = name is { Length: <= MaxNameLength } ? name : null;
        return new DeviceKeysRecord(userId, device, shown, JsonMarshal.GetRawUtf8Value(keys).ToArray());
    }

    /// <summary>The master key, and the self-signing key that it signed; what does not pass is left out.</summary>
    /// <param name="userId">Whose keys.</param>
    /// <param name="master">The master key as it came, if it did.</param>
    /// <param name="selfSigning">The self-signing key as it came, if it did.</param>
    /// <param name="known">The master key that stands when none comes along.</param>
    public IReadOnlyList<CrossSigningKeyRecord> ReadSigningKeys(
        UserId userId, JsonElement? master, JsonElement? selfSigning, CrossSigningKeyRecord? known = null)
    {
        var read = new List<CrossSigningKeyRecord>();
        if (ReadSigningKey(userId, CrossSigningUsage.Master, "master", master) is { } masterKey)
            read.Add(known = masterKey);
        if (known is not null && ReadSigningKey(userId, CrossSigningUsage.SelfSigning, "self_signing", selfSigning) is { } selfSigningKey
            && PublishedKeys.IsSignedBy(verifier, selfSigningKey, known))
        {
            read.Add(selfSigningKey);
        }

        return read;
    }

    /// <summary>The name of a device in the <c>unsigned</c> of its keys.</summary>
    static string? NameIn(JsonElement keys) =>
        keys.ValueKind == JsonValueKind.Object && keys.TryGetProperty("unsigned", out var unsigned) ? Text(unsigned, "device_display_name") : null;

    /// <summary>A property that is a string, or null.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A property of any type, or null.</summary>
    public static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    /// <summary>What a map by user ID has for the user, or null.</summary>
    public static JsonElement? OfUser(JsonElement root, string name, UserId userId) =>
        Member(root, name) is { } users ? Member(users, userId.Value) : null;

    static CrossSigningKeyRecord? ReadSigningKey(UserId userId, CrossSigningUsage usage, string name, JsonElement? element) =>
        element is { } json && PublishedKeys.ReadCrossSigningKey(userId, usage, name, json).TryGet(out var key, out _) ? key : null;
}
