using Hybrid.Accounts.OAuth;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.OAuth;

/// <summary><c>POST /_hybrid/client/v1/oauth2/revoke</c>: a client logs out (RFC 7009).</summary>
sealed class RevokeEndpoint(OAuthTokens tokens) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", OAuthPaths.Revoke, Access.Anyone, RateClass.General) { MaxBodyBytes = null }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (await OAuthReplies.ReadFormAsync(request.Http.Request, cancellationToken) is not { } form || form.Text("token") is not { } token)
            return OAuthReplies.Error("invalid_request", "'token' is missing.");

        await tokens.RevokeAsync(token, cancellationToken);
        return Reply.Empty;
    }
}
