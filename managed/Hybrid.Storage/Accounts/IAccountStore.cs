using Hybrid.Primitives;

namespace Hybrid.Storage.Accounts;

/// <summary>A local account. It is never deleted: a deactivated one keeps its user ID from being given out again.</summary>
/// <param name="UserId">The user.</param>
/// <param name="PasswordHash">PHC string, or null when the account has no password to log in with.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record AccountRecord(UserId UserId, string? PasswordHash, DateTimeOffset CreatedAt)
{
    public bool IsAdmin { get; init; }

    public bool IsGuest { get; init; }

    public bool IsDeactivated { get; init; }

    /// <summary>Deactivated with the wish that the user's events are shown redacted to those who join later.</summary>
    public bool IsErased { get; init; }

    /// <summary>Cannot be used until an administrator unlocks it.</summary>
    public bool IsLocked { get; init; }

    /// <summary>Can be used for reading and leaving only, until an administrator lifts it.</summary>
    public bool IsSuspended { get; init; }
}

/// <summary>What one account is made of.</summary>
/// <param name="Account">The account.</param>
/// <param name="DisplayName">The first display name, or null.</param>
/// <param name="RegistrationToken">The registration token that one use is taken of, or null.</param>
public sealed record NewAccount(AccountRecord Account, string? DisplayName, string? RegistrationToken);

/// <summary>How adding an account went.</summary>
public enum AccountAddition
{
    Added,

    /// <summary>The user ID is taken, perhaps by a deactivated account.</summary>
    UserInUse,

    /// <summary>The registration token is unknown, has expired or has no uses left.</summary>
    TokenSpent,
}

/// <summary>Local accounts.</summary>
public interface IAccountStore
{
    ValueTask<AccountRecord?> FindAsync(UserId userId, CancellationToken cancellationToken);

    /// <summary>Whether there is any account at all: false on a server's first start.</summary>
    ValueTask<bool> AnyAccountAsync(CancellationToken cancellationToken);

    /// <summary>Accounts in the order of their user IDs, from after <paramref name="after"/> on.</summary>
    ValueTask<IReadOnlyList<AccountRecord>> ListAsync(UserId? after, int limit, CancellationToken cancellationToken);

    /// <summary>Adds the account, sets its profile and counts the use of its token in one step, or changes nothing.</summary>
    ValueTask<AccountAddition> TryAddAsync(NewAccount account, CancellationToken cancellationToken);

    ValueTask SetPasswordHashAsync(UserId userId, string passwordHash, CancellationToken cancellationToken);

    /// <summary>Puts one hash of a password in the place of another; false, and nothing written, when the account's hash is not <paramref name="current"/> any more.</summary>
    ValueTask<bool> ReplacePasswordHashAsync(UserId userId, string current, string replacement, CancellationToken cancellationToken);

    /// <summary>Makes the account an administrator or an ordinary one; the access tokens that must be looked up again, or null without such an account.</summary>
    ValueTask<IReadOnlyList<TokenHash>?> SetAdminAsync(UserId userId, bool isAdmin, CancellationToken cancellationToken);

    /// <summary>Locks or unlocks the account; as <see cref="SetAdminAsync"/>.</summary>
    ValueTask<IReadOnlyList<TokenHash>?> SetLockedAsync(UserId userId, bool isLocked, CancellationToken cancellationToken);

    /// <summary>Suspends the account or lifts that; as <see cref="SetAdminAsync"/>.</summary>
    ValueTask<IReadOnlyList<TokenHash>?> SetSuspendedAsync(UserId userId, bool isSuspended, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a guest's account an ordinary one with a password; the access tokens that must be looked up again, or null when there is no
    /// such guest.
    /// </summary>
    ValueTask<IReadOnlyList<TokenHash>?> UpgradeGuestAsync(UserId userId, string passwordHash, CancellationToken cancellationToken);

    /// <summary>The accounts that were erased, each with the last position of the log at that time.</summary>
    ValueTask<IReadOnlyDictionary<UserId, long>> ReadErasedAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Takes away password, devices, sessions and profile and marks the account as deactivated; the access tokens that ended,
    /// or null without such an account. Doing it again adds erasure at most.
    /// </summary>
    ValueTask<IReadOnlyList<TokenHash>?> DeactivateAsync(UserId userId, bool erase, CancellationToken cancellationToken);
}
