using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.Keys;

namespace Hybrid.Accounts.Sessions;

/// <summary>What a client is given when it logs in or refreshes.</summary>
/// <param name="AccessToken">The access token.</param>
/// <param name="RefreshToken">Null when the client does not refresh.</param>
/// <param name="Lifetime">How long the access token lasts; null: until logout.</param>
public sealed record GrantedTokens(string AccessToken, string? RefreshToken, TimeSpan? Lifetime);

/// <summary>How a client wants to be logged in.</summary>
/// <param name="DeviceId">Null: a new device with an ID that the server picks.</param>
/// <param name="DisplayName">The name of the device when it is new.</param>
/// <param name="WantsRefreshToken">Whether the client refreshes its access token.</param>
public sealed record DeviceLogin(DeviceId? DeviceId, string? DisplayName, bool WantsRefreshToken);

/// <summary>A client that is logged in.</summary>
public sealed record LoggedIn(UserId UserId, DeviceId DeviceId, GrantedTokens Tokens);

/// <summary>Opens sessions and hands out their tokens. Whoever calls it has checked who the user is.</summary>
public sealed class UserSessions(
    ISessionStore sessions, IAccountStore accounts, AccessTokens accessTokens, ICrossSigningStore crossSigning, AccountOptions options, TimeProvider time)
{
    const string AccessPrefix = "hya_";
    const string RefreshPrefix = "hyr_";

    /// <summary>
    /// Logs the user in on a device. <c>M_FORBIDDEN</c> when the device ID is the ID of a cross-signing key of the user, <c>M_USER_DEACTIVATED</c> when the
    /// account has been deactivated meanwhile, <c>M_USER_LOCKED</c> when it is locked.
    /// </summary>
    public async ValueTask<Result<LoggedIn>> OpenAsync(UserId userId, DeviceLogin login, CancellationToken cancellationToken)
    {
        var deviceId = login.DeviceId ?? DeviceId.Parse(SecretText.DeviceId());
        if (login.DeviceId is not null && await IsCrossSigningKeyAsync(userId, deviceId, cancellationToken))
            return MatrixError.Forbidden("The device ID is the ID of a cross-signing key.");
        if (await accounts.FindAsync(userId, cancellationToken) is { IsLocked: true })
            return MatrixError.UserLocked();

        var now = time.GetUtcNow();
        var (granted, pair) = Issue(login.WantsRefreshToken, now);
        var opened = await sessions.OpenAsync(new NewSession(userId, deviceId, login.DisplayName, pair, now), cancellationToken);
        if (opened is null)
            return MatrixError.Of(403, "M_USER_DEACTIVATED", "The account is deactivated.");

        accessTokens.Revoke(opened.Revoked);
        return new LoggedIn(userId, deviceId, granted);
    }

    /// <summary>
    /// New tokens for a refresh token. <c>M_UNKNOWN_TOKEN</c> when it is not known, with <c>soft_logout</c> when its session
    /// exists but the token is spent.
    /// </summary>
    public async ValueTask<Result<GrantedTokens>> RefreshAsync(string refreshToken, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (granted, pair) = Issue(refreshable: true, now);
        return await sessions.RefreshAsync(TokenHash.Of(refreshToken), pair, now, cancellationToken) switch
        {
            RefreshResult.Refreshed => granted,
            RefreshResult.Locked => MatrixError.UserLocked(),
            RefreshResult.Spent => MatrixError.UnknownToken(softLogout: true),
            _ => MatrixError.UnknownToken(),
        };
    }

    // Signatures name keys and devices alike: one ID must not mean both.
    async ValueTask<bool> IsCrossSigningKeyAsync(UserId userId, DeviceId deviceId, CancellationToken cancellationToken) =>
        (await crossSigning.ReadKeysAsync([userId], cancellationToken)).Any(key => key.PublicKey == deviceId.Value);

    (GrantedTokens Granted, TokenPair Pair) Issue(bool refreshable, DateTimeOffset now)
    {
        var access = SecretText.Token(AccessPrefix);
        var refresh = refreshable ? SecretText.Token(RefreshPrefix) : null;
        var lifetime = refreshable ? options.RefreshableAccessTokenLifetime : options.AccessTokenLifetime;
        var pair = new TokenPair(
            TokenHash.Of(access), now + lifetime, refresh is null ? null : TokenHash.Of(refresh), refreshable ? now + options.RefreshTokenLifetime : null);
        return (new GrantedTokens(access, refresh, lifetime), pair);
    }
}
