using Hybrid.Accounts.OpenId;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.OpenId;

/// <summary><c>GET /_matrix/federation/v1/openid/userinfo</c>: whose OpenID token it is. The token is all that the asker needs.</summary>
sealed class UserInfoEndpoint(OpenIdTokens tokens) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/openid/userinfo", Access.Anyone, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Query("access_token") is not { Length: > 0 } token)
            return MatrixError.MissingToken();
        if (await tokens.FindUserAsync(token, cancellationToken) is not { } userId)
            return MatrixError.UnknownToken();

        return Reply.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("sub"u8, userId.Value);
            writer.WriteEndObject();
        });
    }
}
