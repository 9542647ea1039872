using Hybrid.Accounts.Login;
using Hybrid.Http.Limits;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.Auth;

/// <summary>Password checks with a budget of failures per account, whatever address they come from.</summary>
public sealed class PasswordAttempts(PasswordLogin passwords, RateLimitOptions limits, TimeProvider time)
{
    const int MaxAccounts = 50_000;

    readonly TokenBuckets<UserId> _failures = new(limits.FailedLogin, time, MaxAccounts);

    /// <summary><c>M_FORBIDDEN</c> when the password is wrong, <c>M_LIMIT_EXCEEDED</c> after too many that were.</summary>
    public async ValueTask<Result<Done>> VerifyAsync(UserId? userId, string password, CancellationToken cancellationToken)
    {
        // Taken before the check, so that many attempts at once cannot slip through; given back when the password is right.
        if (limits.Enabled && userId is { } limited && _failures.Take(limited) is { } wait)
            return MatrixError.LimitExceeded(wait);

        var verified = await passwords.VerifyAsync(userId, password, cancellationToken);
        if (userId is { } id && verified.Error?.Code != "M_FORBIDDEN")
            _failures.Return(id);
        return verified;
    }
}
