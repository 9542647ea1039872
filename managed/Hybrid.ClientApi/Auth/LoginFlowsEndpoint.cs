using Hybrid.ClientApi.AppServices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>GET /_matrix/client/v3/login</c></summary>
sealed class LoginFlowsEndpoint(AppServiceGrants services) : IEndpoint
{
    readonly Reply _flows = Reply.Json(
        new LoginFlows(
        [
            new LoginFlow(LoginEndpoint.Password, null),
            new LoginFlow(LoginEndpoint.Token, GetLoginToken: true),
            .. services.IsOffered ? (LoginFlow[])[new LoginFlow(AppServiceGrants.LoginType, null)] : [],
        ]),
        AuthJson.Default.LoginFlows);

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/login", Access.Anyone, RateClass.General)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) => new(_flows);
}
