using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Moderation;

/// <summary>What an administrator has done against an account.</summary>
public readonly record struct ModerationState(bool IsLocked, bool IsSuspended);

/// <summary>Locks and suspends accounts, and takes that back (specification, client-server API, "Account moderation"). Sessions stay.</summary>
public sealed class AccountModeration(IAccountStore accounts, AccessTokens accessTokens, AccountOptions options)
{
    /// <summary>
    /// How the account stands; <c>M_INVALID_PARAM</c> for another server's user, <c>M_NOT_FOUND</c> for an unknown or deactivated one,
    /// <c>M_FORBIDDEN</c> for another administrator.
    /// </summary>
    public async ValueTask<Result<ModerationState>> ReadAsync(UserId userId, UserId administrator, CancellationToken cancellationToken)
    {
        if (userId.Server != options.ServerName)
            return MatrixError.InvalidParam("The user does not belong to this server.");
        if (await accounts.FindAsync(userId, cancellationToken) is not { IsDeactivated: false } account)
            return MatrixError.NotFound("The user was not found.");
        if (account.IsAdmin && userId != administrator)
            return MatrixError.Forbidden("The user is an administrator too.");

        return new ModerationState(account.IsLocked, account.IsSuspended);
    }

    /// <summary>Locks or unlocks; errors as of <see cref="ReadAsync"/>, and <c>M_FORBIDDEN</c> for one's own account.</summary>
    public ValueTask<Result<Done>> SetLockedAsync(UserId userId, UserId administrator, bool isLocked, CancellationToken cancellationToken) =>
        SetAsync(userId, administrator, () => accounts.SetLockedAsync(userId, isLocked, cancellationToken), cancellationToken);

    /// <summary>Suspends or lifts that; errors as of <see cref="SetLockedAsync"/>.</summary>
    public ValueTask<Result<Done>> SetSuspendedAsync(UserId userId, UserId administrator, bool isSuspended, CancellationToken cancellationToken) =>
        SetAsync(userId, administrator, () => accounts.SetSuspendedAsync(userId, isSuspended, cancellationToken), cancellationToken);

    async ValueTask<Result<Done>> SetAsync(
        UserId userId, UserId administrator, Func<ValueTask<IReadOnlyList<TokenHash>?>> change, CancellationToken cancellationToken)
    {
        if (userId == administrator)
            return MatrixError.Forbidden("Administrators cannot do this to their own account.");
        if ((await ReadAsync(userId, administrator, cancellationToken)).Error is { } error)
            return error;

        // What is remembered of the sessions is looked up again; none ends.
        if (await change() is { } tokens)
            accessTokens.Revoke(tokens);
        return default(Done);
    }
}
