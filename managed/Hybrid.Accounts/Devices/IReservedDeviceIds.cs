using Hybrid.Primitives;

namespace Hybrid.Accounts.Devices;

/// <summary>Knows device IDs that must not be given to a device, because a cross-signing key of the user has the same key ID.</summary>
public interface IReservedDeviceIds
{
    ValueTask<bool> IsReservedAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken);
}
