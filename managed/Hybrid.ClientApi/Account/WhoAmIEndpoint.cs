using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Account;

namespace Hybrid.ClientApi.Account;

/// <summary><c>GET /_matrix/client/v3/account/whoami</c></summary>
sealed class WhoAmIEndpoint : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/account/whoami", Access.UserOrGuest, RateClass.General)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var caller = request.Caller;
        return new(Reply.Json(new WhoAmIResponse(caller.UserId, caller.DeviceId, caller.IsGuest), AccountJson.Default.WhoAmIResponse));
    }
}
