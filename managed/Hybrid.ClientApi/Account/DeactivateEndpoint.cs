using Hybrid.Accounts.Login;
using Hybrid.Accounts.ThirdParty;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Account;

namespace Hybrid.ClientApi.Account;

/// <summary><c>POST /_matrix/client/v3/account/deactivate</c></summary>
sealed class DeactivateEndpoint(InteractiveAuth auth, AccountDeactivation deactivation, AccountAddresses addresses) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/account/deactivate", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(AccountJson.Default.DeactivateRequest, cancellationToken);
        if (await auth.RequireAsync(request, InteractivePurpose.DeactivateAccount, cancellationToken) is { } challenge)
            return challenge;

        // While it is known which identity servers have heard of the account. The account goes whether they listen or not.
        var userId = request.Caller.UserId;
        var unbound = await addresses.UnbindAllAsync(userId, cancellationToken);
        var error = (await deactivation.DeactivateAsync(userId, body.Erase ?? false, cancellationToken)).Error;
        return error is null ? Reply.Json(new DeactivateResponse(unbound ? "success" : "no-support"), AccountJson.Default.DeactivateResponse) : error;
    }
}
