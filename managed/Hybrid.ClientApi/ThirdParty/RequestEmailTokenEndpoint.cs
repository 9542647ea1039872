using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary><c>POST /_matrix/client/v3/…/email/requestToken</c>, of registration, passwords and accounts.</summary>
sealed class RequestEmailTokenEndpoint(AddressRequests requests) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = AddressRequests.Routes("email");

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.RequestTokenBody, cancellationToken);
        if (body.Email is not { } email)
            return MatrixError.MissingParam("'email' is missing.");

        return AddressText.Email(email) is { } address
            ? await requests.RequestAsync(request, body, address, cancellationToken)
            : MatrixError.InvalidParam("'email' is no e-mail address.");
    }
}
