using Hybrid.Accounts.Devices;
using Hybrid.Accounts.Sessions;
using Hybrid.Primitives;
using Hybrid.Storage.Accounts;
using Hybrid.Storage.OAuth;

namespace Hybrid.Accounts.OAuth;

/// <summary>Tokens of clients that users have allowed. They are those of ordinary sessions, which refresh; errors carry codes of RFC 6749.</summary>
public sealed class OAuthTokens(IOAuthStore store, IDeviceStore deviceStore, OAuthClients clients, UserSessions sessions, UserDevices devices, TimeProvider time)
{
    /// <summary>Tokens for what was allowed. <c>invalid_scope</c> when the device is there already, and another client's.</summary>
    public async ValueTask<Result<(GrantedTokens Tokens, string Scope)>> GrantAsync(AllowedClient allowed, CancellationToken cancellationToken)
    {
        var (clientId, userId, scope) = allowed;
        if (await deviceStore.FindAsync(userId, scope.DeviceId, cancellationToken) is not null
            && !(await store.ListGrantsAsync(userId, cancellationToken)).Any(grant => grant.DeviceId == scope.DeviceId && grant.ClientId == clientId))
            return MatrixError.Of(400, "invalid_scope", "The user has a device of this ID, and it is another client's.");
        if (await clients.FindAsync(clientId, cancellationToken) is not { } client)
            return InvalidGrant;

        var opened = await sessions.OpenAsync(userId, new DeviceLogin(scope.DeviceId, client.ClientName, WantsRefreshToken: true), cancellationToken);
        if (!opened.TryGet(out var login, out var error))
            return MatrixError.Of(400, "invalid_grant", error.Message);

        await store.PutGrantAsync(new OAuthGrant(userId, scope.DeviceId, clientId, scope.Text, time.GetUtcNow()), CancellationToken.None);
        return (login.Tokens, scope.Text);
    }

    /// <summary>
    /// New tokens for a refresh token. One that was used up, and whose successor was used, is in two hands: its session ends (specification,
    /// "Refresh token grant").
    /// </summary>
    public async ValueTask<Result<(GrantedTokens Tokens, string Scope)>> RefreshAsync(string refreshToken, string? clientId, CancellationToken cancellationToken)
    {
        if (await store.FindGrantAsync(TokenHash.Of(refreshToken), cancellationToken) is not { } grant || grant.ClientId != clientId)
            return InvalidGrant;
        if ((await sessions.RefreshAsync(refreshToken, cancellationToken)).TryGet(out var tokens, out var error))
            return (tokens, grant.Scope);

        if (error.SoftLogout)
            await devices.DeleteAsync(grant.UserId, [grant.DeviceId], CancellationToken.None);
        return InvalidGrant;
    }

    /// <summary>
    /// Ends the session of an access token or a refresh token, whoever has it: good people revoke what they find (specification, "Token
    /// revocation"). One that is not known has ended.
    /// </summary>
    public async ValueTask RevokeAsync(string token, CancellationToken cancellationToken)
    {
        if (await store.FindGrantAsync(TokenHash.Of(token), cancellationToken) is { } grant)
            await devices.DeleteAsync(grant.UserId, [grant.DeviceId], cancellationToken);
    }

    static MatrixError InvalidGrant => MatrixError.Of(400, "invalid_grant", "What was granted is not valid, or no longer.");
}
