using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Keys;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Checks keys that users publish, here or on another server (specification, "Device keys", "Cross-signing").</summary>
public static class PublishedKeys
{
    /// <summary>The algorithm of one-time and fallback keys that devices sign.</summary>
    public const string SignedCurve25519 = "signed_curve25519";

    /// <summary>How large a published key may be, in bytes: some ten times what clients make. All who share a room with its owner store it.</summary>
    public const int MaxBytes = 16_384;

    /// <summary>Whether an object holds the identity keys of this device, signed by it; the refusal, or null.</summary>
    public static MatrixError? CheckDevice(ISignatureVerifier verifier, UserId userId, DeviceId deviceId, JsonElement uploaded)
    {
        if (IsTooLarge(uploaded))
            return TooLarge("'device_keys'");
        if (!KeyShapes.Read(uploaded, KeysJson.Default.DeviceKeys, "'device_keys'").TryGet(out var keys, out var error))
            return error;
        if (keys.UserId != userId || keys.DeviceId != deviceId)
            return MatrixError.BadJson("'device_keys' must be those of the calling user and device.");

        var keyId = $"ed25519:{deviceId}";
        if (!keys.Keys.TryGetValue(keyId, out var publicKey))
            return MatrixError.BadJson($"'device_keys' must hold the key '{keyId}'.");

        return verifier.Verify(KeyShapes.Bytes(uploaded), userId.Value, keyId, publicKey)
            ? null
            : KeyShapes.InvalidSignature("'device_keys' is not signed by the device.");
    }

    /// <summary>Whether a value has the form of a one-time or fallback key of the algorithm; the refusal, or null.</summary>
    public static MatrixError? CheckPreKey(string name, string algorithm, JsonElement value)
    {
        if (IsTooLarge(value))
            return TooLarge($"'{name}'");
        if (algorithm == SignedCurve25519)
            return KeyShapes.Read(value, KeysJson.Default.SignedOneTimeKey, $"'{name}'").Error;

        return value.ValueKind is JsonValueKind.String or JsonValueKind.Object ? null : MatrixError.BadJson($"'{name}' must be a string or an object.");
    }

    /// <summary>The public key that a device's identity keys hold for its signatures, or null.</summary>
    public static string? SigningKeyOf(DeviceKeysRecord device) =>
        JsonSerializer.Deserialize(device.Json.Span, KeysJson.Default.DeviceKeys)?.Keys.GetValueOrDefault($"ed25519:{device.DeviceId}");

    /// <summary>Whether the master key of the same user signed the key.</summary>
    public static bool IsSignedBy(ISignatureVerifier verifier, CrossSigningKeyRecord key, CrossSigningKeyRecord master) =>
        verifier.Verify(key.Json, key.UserId.Value, $"ed25519:{master.PublicKey}", master.PublicKey);

    /// <summary>The cross-signing key that an object holds. Who signed it is not looked at.</summary>
    /// <param name="userId">Whose key it must be.</param>
    /// <param name="usage">What it must be for.</param>
    /// <param name="name">What the specification calls that usage.</param>
    /// <param name="element">The object.</param>
    public static Result<CrossSigningKeyRecord> ReadCrossSigningKey(UserId userId, CrossSigningUsage usage, string name, JsonElement element)
    {
        if (IsTooLarge(element))
            return TooLarge($"'{name}_key'");
        if (!KeyShapes.Read(element, KeysJson.Default.CrossSigningKey, $"'{name}_key'").TryGet(out var key, out var error))
            return error;
        if (key.UserId != userId)
            return MatrixError.InvalidParam($"'{name}_key' must be a key of the calling user.");
        if (!key.Usage.Contains(name))
            return MatrixError.InvalidParam($"'{name}_key' does not have the usage '{name}'.");
        if (key.Keys.Count != 1)
            return MatrixError.InvalidParam($"'{name}_key' must hold one public key.");

        var (keyId, publicKey) = key.Keys.Single();
        if (keyId != $"ed25519:{publicKey}" || !IsPublicKey(publicKey))
            return MatrixError.InvalidParam($"'{name}_key' must hold an Ed25519 key under its own name.");

        return new CrossSigningKeyRecord(userId, usage, publicKey, KeyShapes.Bytes(element));
    }

    static bool IsTooLarge(JsonElement element) => JsonMarshal.GetRawUtf8Value(element).Length > MaxBytes;

    static MatrixError TooLarge(string what) => MatrixError.TooLarge($"{what} is larger than {MaxBytes} bytes.");

    // Ed25519 keys are 32 bytes: 43 characters of base64 and no padding.
    static bool IsPublicKey(string text)
    {
        Span<byte> bytes = stackalloc byte[32];
        return text.Length == 43 && Convert.TryFromBase64String(text + "=", bytes, out var length) && length == 32;
    }
}
