using Hybrid.Native;

namespace Hybrid.Federation.Keys;

/// <summary>
/// The keys of other servers: from the store, from the servers themselves, or from notaries ("Retrieving server keys"). Requests for one server that
/// come together are one, and who has no key to give is not asked again at once.
/// </summary>
public interface IServerKeys
{
    /// <summary>
    /// The keys among the wanted ones that are known or can be had now. A key is looked for anew when what is known of it ended before
    /// <paramref name="validUntil"/>, and is then returned as it is if nothing newer can be had: what its <see cref="ServerKey.ValidUntil"/> means for an
    /// event is decided by the room version, in <see cref="ReceivedEvents"/>. A key that is missing in the answer cannot be had; this never fails.
    /// This server's own keys are among those that can be asked for.
    /// </summary>
    /// <param name="wanted">Servers with IDs of their keys, as <see cref="ReceivedEvents.NamedKeys"/> finds them.</param>
    /// <param name="validUntil">
    /// Until when a key should be valid at least, in milliseconds since the epoch: the <c>origin_server_ts</c> of the newest event, or now for a request.
    /// 0 for any key.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, not the requests that others wait for too.</param>
    ValueTask<IReadOnlyList<ServerKey>> FindAsync(
        IReadOnlyDictionary<string, IReadOnlyList<string>> wanted, long validUntil, CancellationToken cancellationToken);
}
