using Hybrid.Primitives;

namespace Hybrid.Storage.Keys;

/// <summary>
/// The device lists of users of other servers (server-server API, "Device Management"). Their cross-signing keys stand beside those of this server's
/// users, in <see cref="ICrossSigningStore"/>. A change that is visible is announced in the device-list stream.
/// </summary>
public interface IRemoteDeviceStore
{
    /// <summary>How far the lists of these users are followed; those that are not are missing.</summary>
    ValueTask<IReadOnlyList<RemoteDeviceList>> FindAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken);

    /// <summary>The devices of these users as far as they are known.</summary>
    ValueTask<IReadOnlyList<DeviceKeysRecord>> ReadDevicesAsync(IReadOnlyCollection<UserId> userIds, CancellationToken cancellationToken);

    /// <summary>Begins to follow lists that are not followed yet, as stale ones that are not asked for by themselves before <paramref name="retryAt"/>.</summary>
    ValueTask FollowAsync(IReadOnlyCollection<UserId> userIds, DateTimeOffset retryAt, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a list in the place of what is known of it. It stays stale if its generation is another one by now, and is then asked for again from
    /// <paramref name="retryAt"/> on. The first list of a user is not announced, unless asking for it failed before: who asked for it has it. A list that
    /// is not followed any more stays forgotten.
    /// </summary>
    ValueTask StoreAsync(RemoteDeviceSnapshot snapshot, DateTimeOffset retryAt, CancellationToken cancellationToken);

    /// <summary>
    /// Takes an update in if the updates before it were: IDs grow, so everything up to the list's own is. Otherwise the list becomes stale. For a list that
    /// is not followed the change is announced only.
    /// </summary>
    ValueTask<RemoteUpdateStatus> ApplyAsync(RemoteDeviceUpdate update, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Puts cross-signing keys in the place of those with the same usage; a new master key takes the self-signing key down that does not come with it.</summary>
    ValueTask<RemoteUpdateStatus> ApplySigningKeysAsync(UserId userId, IReadOnlyList<CrossSigningKeyRecord> keys, CancellationToken cancellationToken);

    /// <summary>The lists must be asked for, from now on unless they wait for a retry already.</summary>
    ValueTask MarkStaleAsync(IReadOnlyCollection<UserId> userIds, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Asking for the lists came to nothing: not again by themselves before <paramref name="retryAt"/>.</summary>
    ValueTask NoteFailureAsync(IReadOnlyCollection<UserId> userIds, DateTimeOffset retryAt, CancellationToken cancellationToken);

    /// <summary>No stale list of the server is asked for by itself before <paramref name="retryAt"/>.</summary>
    ValueTask PostponeAsync(ServerName server, DateTimeOffset retryAt, CancellationToken cancellationToken);

    /// <summary>The server's stale lists may be asked for at once; whether there are any.</summary>
    ValueTask<bool> HurryAsync(ServerName server, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Servers with stale lists, and when the first of each may be asked for; the first to come first.</summary>
    ValueTask<IReadOnlyList<(ServerName Server, DateTimeOffset DueAt)>> ReadDueServersAsync(int limit, CancellationToken cancellationToken);

    /// <summary>The users of a server whose lists may be asked for now.</summary>
    ValueTask<IReadOnlyList<UserId>> ReadDueAsync(ServerName server, DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>Users whose lists are followed, in the order of their IDs, from the first after <paramref name="after"/> on.</summary>
    ValueTask<IReadOnlyList<UserId>> ReadUsersAsync(UserId? after, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets the lists, with the users' cross-signing keys. What this server's users signed of them stays.</summary>
    /// <param name="userIds">Whose lists.</param>
    /// <param name="announce">Whether those who see them are to ask again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask ForgetAsync(IReadOnlyCollection<UserId> userIds, bool announce, CancellationToken cancellationToken);
}
