using Hybrid.Accounts;
using Hybrid.Accounts.Login;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>GET /_matrix/client/v1/register/m.login.registration_token/validity</c></summary>
sealed class RegistrationTokenValidityEndpoint(RegistrationTokens tokens, AccountOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/client/v1/register/m.login.registration_token/validity", Access.Anyone, RateClass.Login)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var token = request.RequiredQuery("token");
        if (options.Registration == RegistrationMode.Closed)
            return MatrixError.Forbidden("Registration is closed.");

        return Reply.Json(new ValidityResponse(await tokens.IsValidAsync(token, cancellationToken)), AuthJson.Default.ValidityResponse);
    }
}
