using Hybrid.Primitives;

namespace Hybrid.Storage.Keys;

/// <summary>What a <see cref="DeviceChange"/> is about. The numbers are stored.</summary>
public enum DeviceChangeKind
{
    /// <summary>A device was added, changed or removed.</summary>
    Device = 0,

    /// <summary>The master or self-signing key, or a signature on the master key.</summary>
    SigningKeys = 1,

    /// <summary>Devices were removed that are no longer listed one by one.</summary>
    Forgotten = 2,
}

/// <summary>The latest change of a device or of the cross-signing keys of one of this server's users.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="Kind">What changed.</param>
/// <param name="DeviceId">The device; null where the change is not one of a device.</param>
/// <param name="Position">Where it stands in <see cref="StreamKind.DeviceLists"/>; the <c>stream_id</c> of the update that tells of it.</param>
public sealed record DeviceChange(UserId UserId, DeviceChangeKind Kind, DeviceId? DeviceId, long Position);

/// <summary>What another server knows of one of this server's users' devices.</summary>
/// <param name="UserId">Whose devices.</param>
/// <param name="SentId">The <c>stream_id</c> of the last update that it has; null when it has none.</param>
/// <param name="ToldUpTo">It knows of every change up to this position.</param>
public sealed record ToldDeviceList(UserId UserId, long? SentId, long ToldUpTo);

/// <summary>What other servers are to be told of the devices of this server's users, and what they were told.</summary>
public interface IOutgoingDeviceListStore
{
    /// <summary>How far changes were given out to the servers that they concern (<see cref="FanOutAsync"/>).</summary>
    ValueTask<long> ReadFanOutAsync(CancellationToken cancellationToken);

    /// <summary>The users with a change after <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<UserId>> ReadChangedUsersAsync(long after, CancellationToken cancellationToken);

    /// <summary>
    /// Gives the changes of users up to <paramref name="position"/> out to the servers that share a room with them: something waits for each of
    /// those. What other servers were told is forgotten: they are not kept up to date any more, and begin anew should they come back.
    /// </summary>
    ValueTask FanOutAsync(IReadOnlyDictionary<UserId, IReadOnlySet<ServerName>> audiences, long position, CancellationToken cancellationToken);

    /// <summary>Whose changes wait for a server.</summary>
    ValueTask<IReadOnlyList<ToldDeviceList>> ReadWaitingAsync(ServerName destination, int limit, CancellationToken cancellationToken);

    /// <summary>The changes of these users, the oldest first.</summary>
    ValueTask<IReadOnlyList<DeviceChange>> ReadChangesAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken);

    /// <summary>The server took what these lists say; what has changed since waits again.</summary>
    ValueTask AcknowledgeAsync(ServerName destination, IReadOnlyList<ToldDeviceList> told, CancellationToken cancellationToken);

    /// <summary>Nothing waits for the server of these users any more, who share no room with it.</summary>
    ValueTask ForgetAsync(ServerName destination, IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken);

    /// <summary>The server fetched the whole list, up to <paramref name="streamId"/>; nothing changes if it was told of the user before.</summary>
    ValueTask NoteFetchedAsync(ServerName destination, UserId userId, long streamId, CancellationToken cancellationToken);

    /// <summary>Servers for which something waits, in the order of their names, from the first after <paramref name="after"/> on.</summary>
    ValueTask<IReadOnlyList<ServerName>> ReadDestinationsAsync(ServerName? after, int limit, CancellationToken cancellationToken);
}
