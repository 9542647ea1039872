namespace Hybrid.Storage.Keys;

/// <summary>What an update means for a list, the same in every engine.</summary>
public static class RemoteDeviceChanges
{
    /// <summary>Whether two records of a device show the same to everyone.</summary>
    public static bool AreEqual(DeviceKeysRecord? left, DeviceKeysRecord? right) =>
        left is null || right is null
            ? left == right
            : left.DisplayName == right.DisplayName && SignedJson.AreEqual(left.Json, right.Json);

    /// <summary>
    /// Whether <paramref name="update"/> can be taken in by a fresh list that knows of the device what <paramref name="known"/> says.
    /// IDs grow: what the update builds upon is included when its ID is not above the list's. An ID that is not above the list's itself
    /// belongs to an update that came late, which says nothing new, or to a server that counts from the beginning again, whose list must be asked for.
    /// </summary>
    public static RemoteUpdateStatus Judge(RemoteDeviceList list, RemoteDeviceUpdate update, DeviceKeysRecord? known)
    {
        if (list.StreamId is not { } reached)
            return RemoteUpdateStatus.Stale;
        if (update.StreamId <= reached)
            return AreEqual(known, update.Device) ? RemoteUpdateStatus.Known : RemoteUpdateStatus.Stale;

        return update.PreviousIds.Count > 0 && update.PreviousIds.All(id => id <= reached) ? RemoteUpdateStatus.Applied : RemoteUpdateStatus.Stale;
    }
}
