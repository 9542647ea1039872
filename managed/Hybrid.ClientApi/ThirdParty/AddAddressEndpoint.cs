using Hybrid.Accounts.ThirdParty;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary><c>POST /_matrix/client/v3/account/3pid/add</c></summary>
sealed class AddAddressEndpoint(InteractiveAuth auth, AddressProofs proofs, AccountAddresses addresses) : IEndpoint
{
    internal static MatrixError NotProven(int status) => MatrixError.Of(status, "M_THREEPID_AUTH_FAILED", "The address is not proven under this 'sid' and 'client_secret'.");

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/account/3pid/add", Access.User, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.AddAddressBody, cancellationToken);
        if (body is not { Sid: { } sid, ClientSecret: { } secret })
            return MatrixError.MissingParam("'sid' and 'client_secret' are needed.");
        if (await auth.RequireAsync(request, InteractivePurpose.AddAddress, cancellationToken) is { } challenge)
            return challenge;
        if (await proofs.TakeAsync(sid, secret, cancellationToken) is not { } proof)
            return NotProven(400);

        return (await addresses.AddAsync(request.Caller.UserId, proof, cancellationToken)).Error is { } error ? error : Reply.Empty;
    }
}
