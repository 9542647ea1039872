using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Whose keys a user must look up again, and whose they need no longer follow.</summary>
public sealed record DeviceListDelta(IReadOnlyCollection<UserId> Changed, IReadOnlyCollection<UserId> Left);

/// <summary>Tells a user what happened to the device lists that they follow (specification, <c>GET /keys/changes</c>).</summary>
public sealed class DeviceListChanges(IDeviceListStore deviceLists, ISharedRooms sharedRooms)
{
    /// <summary>
    /// Between two sync tokens: changed are those who share a room and changed their keys or began to share one; left are those
    /// who share none any more.
    /// </summary>
    public async ValueTask<DeviceListDelta> ReadAsync(UserId userId, StreamPositions from, StreamPositions to, CancellationToken cancellationToken)
    {
        var sharing = await sharedRooms.ReadChangesAsync(userId, from.Events, to.Events, cancellationToken);
        var changed = new HashSet<UserId>(sharing.Began);
        var updated = await deviceLists.ReadChangedUsersAsync(from.DeviceLists, to.DeviceLists, cancellationToken);
        if (updated.Count > 0)
        {
            var followed = await sharedRooms.UsersSharingRoomsAsync(userId, cancellationToken);
            changed.UnionWith(updated.Where(user => user == userId || followed.Contains(user)));
        }

        return new DeviceListDelta(changed, [.. sharing.Ceased.Where(user => !changed.Contains(user))]);
    }
}
