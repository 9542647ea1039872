using Hybrid.Primitives;

namespace Hybrid.Storage.Keys;

/// <summary>A device's identity keys as the device uploaded them.</summary>
/// <param name="UserId">The owner.</param>
/// <param name="DeviceId">The device.</param>
/// <param name="DisplayName">What the owner calls the device; shown beside the keys, not signed.</param>
/// <param name="Json">The uploaded <c>device_keys</c> object, byte for byte.</param>
public sealed record DeviceKeysRecord(UserId UserId, DeviceId DeviceId, string? DisplayName, ReadOnlyMemory<byte> Json);

/// <summary>A one-time or fallback key: the object or string that was uploaded under <c>algorithm:keyId</c>, byte for byte.</summary>
public sealed record PreKey(string Algorithm, string KeyId, ReadOnlyMemory<byte> Json);

/// <summary>What one <c>keys/upload</c> stores, all of it or nothing.</summary>
/// <param name="UserId">The owner of the device.</param>
/// <param name="DeviceId">The uploading device.</param>
/// <param name="DeviceKeys">The identity keys; null leaves them as they are.</param>
/// <param name="OneTimeKeys">Keys to be claimed once each.</param>
/// <param name="FallbackKeys">At most one per algorithm; each replaces the one before.</param>
public sealed record KeyUpload(
    UserId UserId, DeviceId DeviceId, ReadOnlyMemory<byte>? DeviceKeys, IReadOnlyList<PreKey> OneTimeKeys, IReadOnlyList<PreKey> FallbackKeys);

/// <summary>Asks for one key of one device.</summary>
public readonly record struct KeyClaim(UserId UserId, DeviceId DeviceId, string Algorithm);

/// <summary>The key that a <see cref="KeyClaim"/> got.</summary>
public sealed record ClaimedKey(UserId UserId, DeviceId DeviceId, PreKey Key);

/// <summary>How storing a <see cref="KeyUpload"/> went.</summary>
public enum KeyUploadStatus
{
    Stored,

    /// <summary>The device does not exist, or no longer.</summary>
    UnknownDevice,

    /// <summary>Another key is stored under the same key ID.</summary>
    KeyConflict,

    /// <summary>The device holds more unclaimed one-time keys than a server keeps for it.</summary>
    TooManyKeys,

    /// <summary>The keys are of a device to be made, and there is one of that name.</summary>
    DeviceInUse,
}

/// <summary>How storing a <see cref="KeyUpload"/> went; with a conflict, the stored and the uploaded key that disagree.</summary>
public readonly record struct KeyUploadOutcome(KeyUploadStatus Status, PreKey? Stored = null, PreKey? Uploaded = null);
