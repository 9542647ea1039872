using Hybrid.Primitives;

namespace Hybrid.Storage.Keys;

/// <summary>Device identity keys, one-time keys and fallback keys (specification, "Key management API"). All go when their device goes.</summary>
public interface IKeyStore
{
    /// <summary>How many unclaimed one-time keys the device has, by algorithm; <c>signed_curve25519</c> is present even with none. Answered from memory when nothing changed.</summary>
    ValueTask<IReadOnlyDictionary<string, int>> CountOneTimeKeysAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken);

    /// <summary>The algorithms of the device's fallback keys that no one has been given yet. Answered from memory when nothing changed.</summary>
    ValueTask<IReadOnlyList<string>> ReadUnusedFallbackKeyTypesAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken);

    /// <summary>
    /// Stores an upload whole or not at all. Keys that are stored already are left alone, also when they have been claimed since;
    /// identity keys that changed lose the signatures that others made on them and are announced in the device-list stream.
    /// </summary>
    ValueTask<KeyUploadOutcome> StoreAsync(KeyUpload upload, CancellationToken cancellationToken);

    /// <summary>The identity keys of all devices of these users, those devices left out that have none.</summary>
    ValueTask<IReadOnlyList<DeviceKeysRecord>> ReadDeviceKeysAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken);

    /// <summary>
    /// Takes one key for each claim: the one-time key that was uploaded first, which no other claim ever gets, else the fallback
    /// key, which counts as used from then on. Claims that find neither are missing from the answer.
    /// </summary>
    ValueTask<IReadOnlyList<ClaimedKey>> ClaimAsync(IReadOnlyList<KeyClaim> claims, CancellationToken cancellationToken);
}
