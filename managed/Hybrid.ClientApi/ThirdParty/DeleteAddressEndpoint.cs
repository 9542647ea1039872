using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary><c>POST /_matrix/client/v3/account/3pid/delete</c>: the account loses an address, and identity servers forget it.</summary>
sealed class DeleteAddressEndpoint(AccountAddresses addresses) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/account/3pid/delete", Access.User, RateClass.Membership)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (address, server) = await UnbindAddressEndpoint.ReadAsync(request, cancellationToken);
        return UnbindAddressEndpoint.Answer(await addresses.RemoveAsync(request.Caller.UserId, address, server, cancellationToken));
    }
}
