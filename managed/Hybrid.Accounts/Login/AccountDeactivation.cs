using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Login;

/// <summary>Ends accounts for good.</summary>
public sealed class AccountDeactivation(
    IAccountStore accounts, AccessTokens accessTokens, IAccountDepartures departures, IEnumerable<IAccountErasure> erasures)
{
    /// <summary>
    /// Ends every session, leaves all rooms, and forgets password, devices, profile and what only the user could use; with
    /// <paramref name="erase"/> also what others can see of the user beside events. <c>M_NOT_FOUND</c> without such an account. Doing it
    /// again finishes what was left undone.
    /// </summary>
    public async ValueTask<Result<Done>> DeactivateAsync(UserId userId, bool erase, CancellationToken cancellationToken)
    {
        var ended = await accounts.DeactivateAsync(userId, erase, cancellationToken);
        if (ended is null)
            return MatrixError.NotFound("There is no such account.");

        accessTokens.Revoke(ended);

        // The account is gone by now: a client that hangs up must not keep it in its rooms.
        await departures.LeaveAllRoomsAsync(userId, CancellationToken.None);
        foreach (var erasure in erasures.Where(erasure => erase || erasure.IsPrivate))
            await erasure.EraseAsync(userId, CancellationToken.None);

        return new Done();
    }
}
