using Hybrid.Primitives;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Keys;

/// <summary>Another server did not give what it was asked for.</summary>
/// <param name="Server">Which one.</param>
/// <param name="Status">The HTTP status of its refusal, or 503 when there was no answer.</param>
/// <param name="Code">The errcode.</param>
/// <param name="Message">A sentence that says why.</param>
public sealed record RemoteKeyFailure(ServerName Server, int Status, string Code, string Message);

/// <summary>What was found for users of other servers, and which servers failed.</summary>
public sealed record RemoteKeyAnswer<T>(IReadOnlyList<T> Found, IReadOnlyList<RemoteKeyFailure> Failures);

/// <summary>
/// The keys of users of other servers. Federation implements it; to a server without it all other servers fail.
/// </summary>
public interface IRemoteKeys
{
    /// <summary>
    /// What <paramref name="viewer"/> may see of these users' keys; an empty list of devices asks for all. Lists that are followed come from the
    /// store, others from the users' servers. Of a user whose server fails there is what was known before, or nothing.
    /// </summary>
    /// <param name="viewer">Who asks.</param>
    /// <param name="wanted">Users of other servers, with their devices.</param>
    /// <param name="timeout">How long to wait for other servers.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<RemoteKeyAnswer<UserKeys>> QueryAsync(
        UserId viewer, IReadOnlyDictionary<UserId, IReadOnlyList<DeviceId>> wanted, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>One key for each claim that the device's server has one for.</summary>
    ValueTask<RemoteKeyAnswer<ClaimedKey>> ClaimAsync(IReadOnlyList<KeyClaim> claims, TimeSpan timeout, CancellationToken cancellationToken);
}
