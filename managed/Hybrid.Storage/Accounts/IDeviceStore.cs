using Hybrid.Primitives;

namespace Hybrid.Storage.Accounts;

/// <summary>A device of a user.</summary>
public sealed record DeviceRecord(UserId UserId, DeviceId DeviceId, string? DisplayName, DateTimeOffset CreatedAt)
{
    public DateTimeOffset? LastSeenAt { get; init; }

    /// <summary>The address of the last request that was noted.</summary>
    public string? LastSeenIp { get; init; }

    /// <summary>What the client called itself in that request.</summary>
    public string? LastSeenUserAgent { get; init; }
}

/// <summary>A device made a request.</summary>
public readonly record struct DeviceSighting(UserId UserId, DeviceId DeviceId, string? Ip, string? UserAgent, DateTimeOffset SeenAt);

/// <summary>Devices of local users. Whatever belongs to a device goes with it.</summary>
public interface IDeviceStore
{
    ValueTask<IReadOnlyList<DeviceRecord>> ListAsync(UserId userId, CancellationToken cancellationToken);

    ValueTask<DeviceRecord?> FindAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken);

    /// <summary>Adds a device without a session; false when the user has it already.</summary>
    ValueTask<bool> TryAddAsync(DeviceRecord device, CancellationToken cancellationToken);

    /// <summary>Gives the device another name, or none; false when there is no such device.</summary>
    ValueTask<bool> RenameAsync(UserId userId, DeviceId deviceId, string? displayName, CancellationToken cancellationToken);

    /// <summary>Deletes those of <paramref name="deviceIds"/> that exist, with their sessions; the access tokens that ended.</summary>
    ValueTask<IReadOnlyList<TokenHash>> DeleteAsync(UserId userId, IReadOnlyCollection<DeviceId> deviceIds, CancellationToken cancellationToken);

    /// <summary>Deletes every device of the user but <paramref name="except"/>; the access tokens that ended.</summary>
    ValueTask<IReadOnlyList<TokenHash>> DeleteAllAsync(UserId userId, DeviceId? except, CancellationToken cancellationToken);

    /// <summary>Notes when and from where devices were last seen; devices that are gone by now are passed over.</summary>
    ValueTask NoteSeenAsync(IReadOnlyCollection<DeviceSighting> sightings, CancellationToken cancellationToken);
}
