using Hybrid.Primitives;

namespace Hybrid.Storage.Keys;

/// <summary>How far the list of devices of a user of another server is followed.</summary>
/// <param name="UserId">The user.</param>
/// <param name="StreamId">How far the list is, as the user's server counts; null when it did not say.</param>
/// <param name="Since">The position in <see cref="StreamKind.Events"/> when the list was asked for.</param>
/// <param name="IsFetched">Whether the server has ever told the list.</param>
/// <param name="IsStale">Whether it must be asked for.</param>
/// <param name="Generation">Grows whenever what is being asked for would be too old.</param>
/// <param name="Failures">How often in a row asking came to nothing.</param>
public sealed record RemoteDeviceList(UserId UserId, long? StreamId, long Since, bool IsFetched, bool IsStale, long Generation, int Failures)
{
    /// <summary>How many devices a list may have to be kept here: more are the work of a program gone wild. The user's server is asked each time instead.</summary>
    public const int MaxDevices = 1000;
}

/// <summary>A whole list as the user's server told it.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Generation">That of the list when it was asked for.</param>
/// <param name="StreamId">How far it is, as the server counts; null when it does not say.</param>
/// <param name="Since">The position in <see cref="StreamKind.Events"/> when it was asked for.</param>
/// <param name="Devices">The devices with identity keys.</param>
/// <param name="Keys">The master and self-signing keys.</param>
public sealed record RemoteDeviceSnapshot(
    UserId UserId, long Generation, long? StreamId, long Since, IReadOnlyList<DeviceKeysRecord> Devices, IReadOnlyList<CrossSigningKeyRecord> Keys);

/// <summary>What the user's server tells of one device.</summary>
/// <param name="UserId">The user.</param>
/// <param name="DeviceId">The device.</param>
/// <param name="StreamId">How far the list is with it.</param>
/// <param name="PreviousIds">The updates before it.</param>
/// <param name="Device">The device; null when it has no keys, or none any more.</param>
public sealed record RemoteDeviceUpdate(UserId UserId, DeviceId DeviceId, long StreamId, IReadOnlyList<long> PreviousIds, DeviceKeysRecord? Device);

/// <summary>What became of a <see cref="RemoteDeviceUpdate"/>.</summary>
public enum RemoteUpdateStatus
{
    /// <summary>The list is not kept here.</summary>
    NotFollowed,

    /// <summary>The list must be asked for: it was stale before, or updates in between are missing.</summary>
    Stale,

    /// <summary>The list says it already.</summary>
    Known,

    Applied,
}
