using Hybrid.Accounts.OAuth;
using Hybrid.Accounts.Sessions;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary><c>POST /_hybrid/client/v1/oauth2/token</c>: tokens for a code, for a device that was allowed, and for a refresh token.</summary>
sealed class TokenEndpoint(OAuthTokens tokens, AuthorizationCodes codes, DeviceCodes devices) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", OAuthPaths.Token, Access.Anyone, RateClass.General) { MaxBodyBytes = null }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (await OAuthReplies.ReadFormAsync(request.Http.Request, cancellationToken) is not { } form)
            return OAuthReplies.Error("invalid_request", "A form is needed.");

        request.Http.Response.Headers.CacheControl = "no-store";
        return form.Text("grant_type") switch
        {
            "authorization_code" => await FromCodeAsync(form, cancellationToken),
            "refresh_token" => Answer(await tokens.RefreshAsync(form.Text("refresh_token") ?? "", form.Text("client_id"), cancellationToken)),
            OAuthGrantTypes.DeviceCode => await FromDeviceAsync(form, cancellationToken),
            null => OAuthReplies.Error("invalid_request", "'grant_type' is missing."),
            _ => OAuthReplies.Error("unsupported_grant_type"),
        };
    }

    async ValueTask<Reply> FromCodeAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        var allowed = codes.Redeem(form.Text("code") ?? "", form.Text("client_id"), form.Text("redirect_uri"), form.Text("code_verifier"));
        return allowed is null ? OAuthReplies.Error("invalid_grant") : Answer(await tokens.GrantAsync(allowed, cancellationToken));
    }

    async ValueTask<Reply> FromDeviceAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        var (poll, allowed) = devices.Ask(form.Text("device_code") ?? "", form.Text("client_id"));
        return poll switch
        {
            DevicePoll.Allowed => Answer(await tokens.GrantAsync(allowed!, cancellationToken)),
            DevicePoll.Pending => OAuthReplies.Error("authorization_pending"),
            DevicePoll.SlowDown => OAuthReplies.Error("slow_down"),
            DevicePoll.Denied => OAuthReplies.Error("access_denied"),
            _ => OAuthReplies.Error("expired_token"),
        };
    }

    static Reply Answer(Result<(GrantedTokens Tokens, string Scope)> granted) =>
        granted.TryGet(out var answer, out var error) ? OAuthReplies.Tokens(answer.Tokens, answer.Scope) : OAuthReplies.Error(error);
}
