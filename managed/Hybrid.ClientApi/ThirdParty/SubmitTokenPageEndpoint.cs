using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary>
/// <c>GET /_hybrid/client/v1/address/{medium}/submit</c>: the page behind the link of a message. It asks before it takes the token: programs
/// that look into mail follow links, and would prove the address for whoever asked.
/// </summary>
sealed class SubmitTokenPageEndpoint(AddressProofs proofs) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", SubmitTokenEndpoint.Path, Access.Anyone, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var (sid, secret, token) = (request.RequiredQuery("sid"), request.RequiredQuery("client_secret"), request.RequiredQuery("token"));
        var proof = await proofs.FindAsync(sid, secret, cancellationToken);
        return proof is null ? AddressPage.Failed() : AddressPage.Ask(proof.Address.Address, sid, secret, token, proof.NextLink);
    }
}
