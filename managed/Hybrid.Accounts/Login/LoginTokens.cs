using System.Collections.Concurrent;
using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.Login;

/// <summary>
/// Short-lived tokens that log another client in once (<c>POST /login/get_token</c>, <c>m.login.token</c>). Kept in memory: a
/// restart ends them, which two minutes would have done anyway.
/// </summary>
public sealed class LoginTokens(AccountOptions options, TimeProvider time)
{
    const string Prefix = "hyl_";
    const int MaxPerUser = 5;

    readonly ConcurrentDictionary<TokenHash, (UserId UserId, DateTimeOffset ExpiresAt)> _tokens = new();

    /// <summary>A token for the user; <c>M_LIMIT_EXCEEDED</c> while several are unused.</summary>
    public Result<string> Create(UserId userId)
    {
        var now = time.GetUtcNow();
        foreach (var (hash, token) in _tokens)
        {
            if (token.ExpiresAt <= now)
                _tokens.TryRemove(hash, out _);
        }

        if (_tokens.Count(token => token.Value.UserId == userId) >= MaxPerUser)
            return MatrixError.LimitExceeded(options.LoginTokenLifetime);

        var text = SecretText.Token(Prefix);
        _tokens[TokenHash.Of(text)] = (userId, now + options.LoginTokenLifetime);
        return text;
    }

    /// <summary>Takes the token: whose it was, or null when it is not known, used, or expired.</summary>
    public UserId? Redeem(string token) =>
        _tokens.TryRemove(TokenHash.Of(token), out var found) && found.ExpiresAt > time.GetUtcNow() ? found.UserId : null;
}
