using Hybrid.Primitives;

namespace Hybrid.Storage.Keys;

/// <summary>A device that no one uses, whose private keys lie here encrypted, so that it can receive keys until its user logs in again (MSC3814).</summary>
/// <param name="DeviceId">The device.</param>
/// <param name="Data">What the client needs to revive it: a JSON object, as it was uploaded.</param>
public sealed record DehydratedDevice(DeviceId DeviceId, ReadOnlyMemory<byte> Data);

/// <summary>Dehydrated devices, one per user. They go when their device goes.</summary>
public interface IDehydratedDeviceStore
{
    ValueTask<DehydratedDevice?> FindAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a dehydrated device, with its keys, in the place of the one that the user has, whole or not at all.
    /// <see cref="KeyUploadStatus.DeviceInUse"/> when a device of that name is in use.
    /// </summary>
    ValueTask<KeyUploadOutcome> PutAsync(
        KeyUpload keys, ReadOnlyMemory<byte> data, string? displayName, DateTimeOffset now, CancellationToken cancellationToken);
}
