using Hybrid.Accounts.Login;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Account;

namespace Hybrid.ClientApi.Account;

/// <summary><c>POST /_matrix/client/v3/account/deactivate</c></summary>
sealed class DeactivateEndpoint(InteractiveAuth auth, AccountDeactivation deactivation) : IEndpoint
{
    // "success" is what the specification asks for when there were no third-party identifiers to unbind.
    static readonly Reply Deactivated = Reply.Json(new DeactivateResponse("success"), AccountJson.Default.DeactivateResponse);

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/account/deactivate", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(AccountJson.Default.DeactivateRequest, cancellationToken);
        if (await auth.RequireAsync(request, InteractivePurpose.DeactivateAccount, cancellationToken) is { } challenge)
            return challenge;

        var error = (await deactivation.DeactivateAsync(request.Caller.UserId, body.Erase ?? false, cancellationToken)).Error;
        return error is null ? Deactivated : error;
    }
}
