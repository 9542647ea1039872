using Hybrid.Primitives;

namespace Hybrid.Storage.Accounts;

/// <summary>Tokens with which users prove to other services who they are (specification, client-server API, "OpenID").</summary>
public interface IOpenIdTokenStore
{
    /// <summary>How many tokens of one user are kept.</summary>
    const int MaxPerUser = 100;

    /// <summary>Adds a token, and takes away those that have expired by <paramref name="now"/>, and the user's oldest where there are too many.</summary>
    ValueTask AddAsync(TokenHash token, UserId userId, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken);

    /// <summary>Whose token it is, if it is good at <paramref name="now"/>.</summary>
    ValueTask<UserId?> FindAsync(TokenHash token, DateTimeOffset now, CancellationToken cancellationToken);

    ValueTask DeleteAllAsync(UserId userId, CancellationToken cancellationToken);
}
