using Hybrid.Primitives;
using Hybrid.Rooms.State;

namespace Hybrid.Rooms.PolicyServers;

/// <summary>Asks policy servers to sign events (server-server API, "Asking for a Policy Server signature on an event").</summary>
public interface IPolicyServers
{
    /// <summary>
    /// The event with the policy server's signature beside those that it has. The policy server's own refusal; <c>M_FORBIDDEN</c> when it signs with
    /// another key than the room names; 502 and 504 when it does not answer.
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="policy">Its policy server.</param>
    /// <param name="json">The event, signed by its sender's server.</param>
    /// <param name="isAwaited">Whether a user waits for it: then a server is asked that did not answer lately, too.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<Result<ReadOnlyMemory<byte>>> SignAsync(
        RoomSnapshot room, RoomPolicy policy, ReadOnlyMemory<byte> json, bool isAwaited, CancellationToken cancellationToken);
}
