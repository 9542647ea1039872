using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Login;

/// <summary>An account to make.</summary>
/// <param name="Username">The wished localpart; null: the server picks one.</param>
/// <param name="Password">Null: an account without a password.</param>
public sealed record AccountRequest(string? Username, string? Password)
{
    public bool IsAdmin { get; init; }

    public bool IsGuest { get; init; }

    /// <summary>The name may be one that people cannot choose: an application service's.</summary>
    public bool IsReserved { get; init; }

    /// <summary>Null: the localpart, for accounts that chose one.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The registration token that one use is taken of.</summary>
    public string? RegistrationToken { get; init; }
}

/// <summary>Makes accounts. Whoever calls it has checked that the account may be made: endpoints by policy, the command line by being there.</summary>
public sealed class AccountRegistration(IAccountStore accounts, PasswordWorker worker, AccessTokens accessTokens, AccountOptions options, TimeProvider time)
{
    const int MaxPicks = 8;

    /// <summary>
    /// The user ID that a wished user name gives: its letters made lowercase. <c>M_INVALID_USERNAME</c> when it does not fit
    /// the grammar of new user IDs, <c>M_USER_IN_USE</c> when it is taken.
    /// </summary>
    public ValueTask<Result<UserId>> CheckAsync(string username, CancellationToken cancellationToken) => CheckAsync(username, isReserved: false, cancellationToken);

    /// <summary>As above; <paramref name="isReserved"/> allows names that people cannot choose.</summary>
    public async ValueTask<Result<UserId>> CheckAsync(string username, bool isReserved, CancellationToken cancellationToken)
    {
        if (!Parse(username, isReserved).TryGet(out var userId, out var error))
            return error;

        return await accounts.FindAsync(userId, cancellationToken) is null ? userId : InUse();
    }

    /// <summary>
    /// Makes the account. <c>M_INVALID_USERNAME</c>, <c>M_USER_IN_USE</c>, <c>M_WEAK_PASSWORD</c>, <c>M_INVALID_PARAM</c>,
    /// <c>M_LIMIT_EXCEEDED</c>; <c>M_FORBIDDEN</c> when the registration token is spent.
    /// </summary>
    public async ValueTask<Result<UserId>> CreateAsync(AccountRequest request, CancellationToken cancellationToken)
    {
        // What can be refused cheaply is, before the password costs its time.
        UserId? wished = null;
        if (request.Username is { } username)
        {
            if (!(await CheckAsync(username, request.IsReserved, cancellationToken)).TryGet(out var checkedId, out var refused))
                return refused;
            wished = checkedId;
        }

        if (request.DisplayName is { } name && Profiles.UserProfiles.CheckDisplayName(name) is { } unfit)
            return unfit;

        string? hash = null;
        if (request.Password is { } password)
        {
            if (PasswordRules.Check(password, options) is { } weak)
                return weak;
            if (!(await worker.CreateAsync(password, cancellationToken)).TryGet(out hash, out var busy))
                return busy;
        }

        for (var pick = 0; ; pick++)
        {
            var userId = wished ?? UserId.Create(SecretText.Localpart(), options.ServerName);
            var record = new AccountRecord(userId, hash, time.GetUtcNow()) { IsAdmin = request.IsAdmin, IsGuest = request.IsGuest };
            var displayName = request.DisplayName ?? (wished is null ? null : userId.Localpart);
            switch (await accounts.TryAddAsync(new NewAccount(record, displayName, request.RegistrationToken), cancellationToken))
            {
                case AccountAddition.Added:
                    return userId;
                case AccountAddition.TokenSpent:
                    return MatrixError.Forbidden("The registration token is not valid, or no longer.");
                case AccountAddition.UserInUse when wished is not null || pick == MaxPicks:
                    return InUse();
            }
        }
    }

    /// <summary>
    /// Makes a guest's account an ordinary one with a password (specification, "Guest Access"). <c>M_FORBIDDEN</c> when it is no guest's any
    /// more; <c>M_WEAK_PASSWORD</c>, <c>M_INVALID_PARAM</c>, <c>M_LIMIT_EXCEEDED</c>.
    /// </summary>
    public async ValueTask<Result<UserId>> UpgradeGuestAsync(UserId userId, string password, CancellationToken cancellationToken)
    {
        if (PasswordRules.Check(password, options) is { } weak)
            return weak;
        if (!(await worker.CreateAsync(password, cancellationToken)).TryGet(out var hash, out var busy))
            return busy;
        if (await accounts.UpgradeGuestAsync(userId, hash, cancellationToken) is not { } changed)
            return MatrixError.Forbidden("The account is no guest's.");

        accessTokens.Revoke(changed);
        return userId;
    }

    Result<UserId> Parse(string username, bool isReserved)
    {
        // A whole user ID of this server means its localpart.
        var suffix = $":{options.ServerName}";
        if (username.StartsWith('@') && username.EndsWith(suffix, StringComparison.Ordinal))
            username = username[1..^suffix.Length];

        var localpart = PasswordLogin.Lowercase(username);
        if (!UserId.IsRegistrable(localpart))
            return Invalid("A user name may have the characters a-z, 0-9 and . _ = - / + only.");
        if (localpart.StartsWith('_') && !isReserved)
            return Invalid("A user name may not begin with an underscore.");

        return UserId.TryParse($"@{localpart}:{options.ServerName}", out var userId) ? userId : Invalid("The user name is too long.");
    }

    static MatrixError Invalid(string message) => MatrixError.Of(400, "M_INVALID_USERNAME", message);

    static MatrixError InUse() => MatrixError.Of(400, "M_USER_IN_USE", "The user name is taken.");
}
