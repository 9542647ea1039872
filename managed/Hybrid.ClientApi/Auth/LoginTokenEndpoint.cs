using Hybrid.Accounts;
using Hybrid.Accounts.Login;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>POST /_matrix/client/v1/login/get_token</c></summary>
sealed class LoginTokenEndpoint(InteractiveAuth auth, LoginTokens tokens, AccountOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v1/login/get_token", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (await auth.RequireAsync(request, InteractivePurpose.GetLoginToken, cancellationToken) is { } challenge)
            return challenge;

        return tokens.Create(request.Caller.UserId).TryGet(out var token, out var error)
            ? Reply.Json(new LoginTokenResponse(token, (long)options.LoginTokenLifetime.TotalMilliseconds), AuthJson.Default.LoginTokenResponse)
            : error;
    }
}
