using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary><c>POST /_matrix/client/v3/account/3pid/bind</c>: an identity server publishes an address as the user's.</summary>
sealed class BindAddressEndpoint(AccountAddresses addresses) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", "/_matrix/client/v3/account/3pid/bind", Access.User, RateClass.Membership)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.ProofCredentials, cancellationToken);
        if (body is not { Sid: { } sid, ClientSecret: { } secret, IdServer: { } server, IdAccessToken: { } token })
            return MatrixError.MissingParam("'sid', 'client_secret', 'id_server' and 'id_access_token' are needed.");

        return (await addresses.BindAsync(request.Caller.UserId, server, token, sid, secret, cancellationToken)).Error is { } error ? error : Reply.Empty;
    }
}
