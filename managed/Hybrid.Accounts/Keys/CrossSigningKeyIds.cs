using Hybrid.Accounts.Devices;
using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Keeps device IDs and cross-signing keys apart: both name keys of the user, and must not name two (specification, "Cross-signing").</summary>
sealed class CrossSigningKeyIds(ICrossSigningStore store) : IReservedDeviceIds
{
    public async ValueTask<bool> IsReservedAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken) =>
        (await store.ReadKeysAsync([userId], cancellationToken)).Any(key => key.PublicKey == deviceId.Value);
}
