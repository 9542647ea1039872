using Hybrid.Accounts.SingleSignOn;
using Hybrid.ClientApi.AppServices;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Auth;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>GET /_matrix/client/v3/login</c></summary>
sealed class LoginFlowsEndpoint(AppServiceGrants services, IEnumerable<ISignOnProvider> providers) : IEndpoint
{
    readonly Reply _flows = Reply.Json(new LoginFlows(Flows(services, [.. providers])), AuthJson.Default.LoginFlows);

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/login", Access.Anyone, RateClass.General)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) => new(_flows);

    static List<LoginFlow> Flows(AppServiceGrants services, IReadOnlyList<ISignOnProvider> providers)
    {
        var flows = new List<LoginFlow> { new(LoginEndpoint.Password, null), new(LoginEndpoint.Token, GetLoginToken: true) };
        if (providers.Count > 0)
            flows.Add(new LoginFlow(InteractiveAuth.SignOn, null) { IdentityProviders = [.. providers.Select(static provider => new IdentityProvider(provider.Id, provider.Name))] });
        if (services.IsOffered)
            flows.Add(new LoginFlow(AppServiceGrants.LoginType, null));
        return flows;
    }
}
