using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary><c>POST /_matrix/client/v3/…/msisdn/requestToken</c>, of registration, passwords and accounts.</summary>
sealed class RequestTelephoneTokenEndpoint(AddressRequests requests) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = AddressRequests.Routes("msisdn");

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.RequestTokenBody, cancellationToken);
        if (body is not { Country: { } country, PhoneNumber: { } number })
            return MatrixError.MissingParam("'country' and 'phone_number' are needed.");

        return AddressText.Telephone(country, number) is { } address
            ? await requests.RequestAsync(request, body, address, cancellationToken)
            : MatrixError.InvalidParam("'phone_number' is no telephone number of the country.");
    }
}
