using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary><c>GET /_matrix/client/v3/account/3pid</c></summary>
sealed class ListAddressesEndpoint(AccountAddresses addresses) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/account/3pid", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var listed = await addresses.ListAsync(request.Caller.UserId, cancellationToken);
        var answer = new AddressList([.. listed.Select(static entry => new ListedAddress(
            entry.Address.Medium, entry.Address.Address, entry.ValidatedAt.ToUnixTimeMilliseconds(), entry.AddedAt.ToUnixTimeMilliseconds()))]);
        return Reply.Json(answer, ThirdPartyJson.Default.AddressList);
    }
}
