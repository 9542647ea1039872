using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Devices;

/// <summary>The devices of local users. A device that goes takes its session with it at once.</summary>
public sealed class UserDevices(IDeviceStore devices, AccessTokens accessTokens, DeviceActivity activity, TimeProvider time)
{
    const int MaxDisplayNameCharacters = 256;

    /// <summary>Why this cannot be a device's name, or null.</summary>
    public static MatrixError? CheckDisplayName(string name) =>
        name.Length > MaxDisplayNameCharacters ? MatrixError.InvalidParam($"The name of a device has at most {MaxDisplayNameCharacters} characters.") : null;

    public async ValueTask<IReadOnlyList<DeviceRecord>> ListAsync(UserId userId, CancellationToken cancellationToken)
    {
        var stored = await devices.ListAsync(userId, cancellationToken);
        return [.. stored.Select(activity.Refine)];
    }

    /// <summary>The device, or null.</summary>
    public async ValueTask<DeviceRecord?> FindAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken) =>
        await devices.FindAsync(userId, deviceId, cancellationToken) is { } device ? activity.Refine(device) : null;

    /// <summary>Makes a device that has no session, as application services do; false when it is there already.</summary>
    public ValueTask<bool> TryCreateAsync(UserId userId, DeviceId deviceId, string? displayName, CancellationToken cancellationToken) =>
        devices.TryAddAsync(new DeviceRecord(userId, deviceId, displayName, time.GetUtcNow()), cancellationToken);

    /// <summary>Gives the device another name; false when there is no such device.</summary>
    public ValueTask<bool> RenameAsync(UserId userId, DeviceId deviceId, string displayName, CancellationToken cancellationToken) =>
        devices.RenameAsync(userId, deviceId, displayName, cancellationToken);

    /// <summary>Deletes devices and ends their sessions; those that do not exist are passed over.</summary>
    public async ValueTask DeleteAsync(UserId userId, IReadOnlyCollection<DeviceId> deviceIds, CancellationToken cancellationToken) =>
        accessTokens.Revoke(await devices.DeleteAsync(userId, deviceIds, cancellationToken));

    /// <summary>Deletes every device of the user but <paramref name="except"/>.</summary>
    public async ValueTask DeleteAllAsync(UserId userId, DeviceId? except, CancellationToken cancellationToken) =>
        accessTokens.Revoke(await devices.DeleteAllAsync(userId, except, cancellationToken));
}
