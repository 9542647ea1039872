using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;
using Hybrid.Storage.ThirdParty;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary><c>POST /_matrix/client/v3/account/3pid/unbind</c>: identity servers forget an address; the account keeps it.</summary>
sealed class UnbindAddressEndpoint(AccountAddresses addresses) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/account/3pid/unbind", Access.User, RateClass.Membership)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (address, server) = await ReadAsync(request, cancellationToken);
        return Answer(await addresses.UnbindAsync(request.Caller.UserId, address, server, cancellationToken));
    }

    internal static async ValueTask<(ThirdPartyAddress Address, string? Server)> ReadAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.AddressBody, cancellationToken);
        if (body is not { Medium: { } medium, Address: { } text })
            throw new MatrixException(MatrixError.MissingParam("'medium' and 'address' are needed."));

        var address = AddressText.Of(medium, text) ?? throw new MatrixException(MatrixError.InvalidParam("'medium' and 'address' name no address."));
        return (address, body.IdServer);
    }

    internal static Reply Answer(bool unbound) => Reply.Json(new UnbindAnswer(unbound ? "success" : "no-support"), ThirdPartyJson.Default.UnbindAnswer);
}
