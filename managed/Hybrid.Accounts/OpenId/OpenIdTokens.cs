using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;

namespace Hybrid.Accounts.OpenId;

/// <summary>
/// Tokens with which users prove to other services who they are, and nothing else (specification, client-server API, "OpenID"; server-server API,
/// "OpenID").
/// </summary>
public sealed class OpenIdTokens(IOpenIdTokenStore store, TimeProvider time)
{
    const string Prefix = "hyo_";

    /// <summary>How long a token is good.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromHours(1);

    /// <summary>A new token of the user's.</summary>
    public async ValueTask<string> CreateAsync(UserId userId, CancellationToken cancellationToken)
    {
        var token = SecretText.Token(Prefix);
        var now = time.GetUtcNow();
        await store.AddAsync(TokenHash.Of(token), userId, now, now + Lifetime, cancellationToken);
        return token;
    }

    /// <summary>Whose token it is; null for one that is not known, or no longer good.</summary>
    public ValueTask<UserId?> FindUserAsync(string token, CancellationToken cancellationToken) =>
        store.FindAsync(TokenHash.Of(token), time.GetUtcNow(), cancellationToken);
}
