using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.Rooms;

/// <summary>Suspended accounts redact what they said themselves, and nothing else (specification, "Account suspension").</summary>
public sealed class OwnRedactions(IRoomStore events)
{
    /// <summary><c>M_USER_SUSPENDED</c> for somebody else's event; null where the caller may go on.</summary>
    public async ValueTask<MatrixError?> CheckAsync(Caller caller, EventId target, CancellationToken cancellationToken) =>
        caller.IsSuspended && (await events.FindEventAsync(target, cancellationToken))?.Sender != caller.UserId ? MatrixError.UserSuspended() : null;
}
