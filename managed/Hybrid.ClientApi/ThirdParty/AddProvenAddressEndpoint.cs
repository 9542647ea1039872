using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary>
/// <c>POST /_matrix/client/v3/account/3pid</c>, deprecated. The proof is this server's own, as clients of that time ask it for the token; one
/// of an identity server is for <c>…/bind</c>.
/// </summary>
sealed class AddProvenAddressEndpoint(AddressProofs proofs, AccountAddresses addresses) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/account/3pid", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.CredentialsBody, cancellationToken);
        if (body.ThreePidCreds is not { Sid: { } sid, ClientSecret: { } secret })
            return MatrixError.MissingParam("'three_pid_creds' with 'sid' and 'client_secret' is needed.");
        if (await proofs.TakeAsync(sid, secret, cancellationToken) is not { } proof)
            return AddAddressEndpoint.NotProven(403);

        return (await addresses.AddAsync(request.Caller.UserId, proof, cancellationToken)).Error is { } error ? error : Reply.Empty;
    }
}
