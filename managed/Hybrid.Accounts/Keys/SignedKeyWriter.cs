using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>
/// Writes stored keys for a viewer: the uploaded bytes with the signatures that the viewer may see merged in. What the
/// signatures cover is copied, never written anew. Signatures by third users stay out: they would tell who verified whom.
/// </summary>
public static class SignedKeyWriter
{
    /// <summary>Keys that were asked for, as <c>device_keys</c> and objects for cross-signing keys of an open object.</summary>
    public static void WriteQueriedKeys(Utf8JsonWriter writer, IReadOnlyList<UserKeys> found, params ReadOnlySpan<CrossSigningUsage> usages)
    {
        // A user without devices is there too: that is an answer, not a user still to be asked for.
        writer.WriteStartObject("device_keys"u8);
        foreach (var user in found)
        {
            writer.WriteStartObject(user.UserId.Value);
            foreach (var device in user.Devices)
            {
                writer.WritePropertyName(device.DeviceId.Value);
                WriteDevice(writer, user, device);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        foreach (var usage in usages)
        {
            writer.WriteStartObject(MapOf(usage));
            foreach (var user in found)
            {
                if (user.CrossSigning.TryGetValue(usage, out var key))
                {
                    writer.WritePropertyName(user.UserId.Value);
                    WriteCrossSigningKey(writer, user, key);
                }
            }

            writer.WriteEndObject();
        }
    }

    /// <summary>A device's keys, with its name in <c>unsigned</c>.</summary>
    public static void WriteDevice(Utf8JsonWriter writer, UserKeys keys, DeviceKeysRecord device)
    {
        writer.WriteStartObject();
        WriteSigned(writer, keys, device);
        writer.WriteStartObject("unsigned"u8);
        if (device.DisplayName is { } name)
            writer.WriteString("device_display_name"u8, name);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>A device's keys alone.</summary>
    public static void WriteDeviceKeys(Utf8JsonWriter writer, UserKeys keys, DeviceKeysRecord device)
    {
        writer.WriteStartObject();
        WriteSigned(writer, keys, device);
        writer.WriteEndObject();
    }

    /// <summary>A cross-signing key.</summary>
    public static void WriteCrossSigningKey(Utf8JsonWriter writer, UserKeys keys, CrossSigningKeyRecord key)
    {
        using var document = JsonDocument.Parse(key.Json);
        writer.WriteStartObject();
        WriteSigned(writer, keys, document.RootElement, key.PublicKey);
        writer.WriteEndObject();
    }

    /// <summary>Claimed keys, as <c>one_time_keys</c> of an open object.</summary>
    public static void WriteClaimedKeys(Utf8JsonWriter writer, IReadOnlyList<ClaimedKey> claimed)
    {
        writer.WriteStartObject("one_time_keys"u8);
        foreach (var ofUser in claimed.GroupBy(static key => key.UserId))
        {
            writer.WriteStartObject(ofUser.Key.Value);
            foreach (var (_, deviceId, key) in ofUser)
            {
                writer.WriteStartObject(deviceId.Value);
                writer.WritePropertyName($"{key.Algorithm}:{key.KeyId}");
                writer.WriteRawValue(key.Json.Span, skipInputValidation: true);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    static ReadOnlySpan<byte> MapOf(CrossSigningUsage usage) => usage switch
    {
        CrossSigningUsage.Master => "master_keys"u8,
        CrossSigningUsage.SelfSigning => "self_signing_keys"u8,
        _ => "user_signing_keys"u8,
    };

    static void WriteSigned(Utf8JsonWriter writer, UserKeys keys, DeviceKeysRecord device)
    {
        using var document = JsonDocument.Parse(device.Json);
        WriteSigned(writer, keys, document.RootElement, device.DeviceId.Value);
    }

    static void WriteSigned(Utf8JsonWriter writer, UserKeys keys, JsonElement uploaded, string target)
    {
        var signatures = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var property in uploaded.EnumerateObject())
        {
            switch (property.Name)
            {
                case "signatures":
                    TakeVisible(property.Value, keys, signatures);
                    break;
                case "unsigned":
                    break;
                default:
                    writer.WritePropertyName(property.Name);
                    writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(property.Value), skipInputValidation: true);
                    break;
            }
        }

        foreach (var added in keys.Signatures)
        {
            if (added.TargetKey == target)
                Of(signatures, added.Signer)[added.SignerKeyId] = added.Signature;
        }

        if (signatures.Count > 0)
            Write(writer, signatures);
    }

    static void TakeVisible(JsonElement uploaded, UserKeys keys, SortedDictionary<string, SortedDictionary<string, string>> signatures)
    {
        foreach (var signer in new[] { keys.UserId, keys.Viewer })
        {
            if (uploaded.ValueKind != JsonValueKind.Object || !uploaded.TryGetProperty(signer.Value, out var bySigner))
                continue;

            foreach (var signature in bySigner.EnumerateObject())
                Of(signatures, signer)[signature.Name] = signature.Value.GetString()!;
        }
    }

    static SortedDictionary<string, string> Of(SortedDictionary<string, SortedDictionary<string, string>> signatures, UserId signer)
    {
        if (!signatures.TryGetValue(signer.Value, out var bySigner))
            signatures.Add(signer.Value, bySigner = new SortedDictionary<string, string>(StringComparer.Ordinal));
        return bySigner;
    }

    static void Write(Utf8JsonWriter writer, SortedDictionary<string, SortedDictionary<string, string>> signatures)
    {
        writer.WriteStartObject("signatures"u8);
        foreach (var (signer, bySigner) in signatures)
        {
            writer.WriteStartObject(signer);
            foreach (var (keyId, signature) in bySigner)
                writer.WriteString(keyId, signature);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
