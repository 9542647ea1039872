using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.AdminApi;

/// <summary><c>GET /_synapse/admin/v1/register</c>: a nonce for one shared-secret registration.</summary>
sealed class RegistrationNonceEndpoint(RegistrationNonces nonces, AdminOptions options) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", SharedSecretRegistrationEndpoint.Path, Access.Anyone, RateClass.General)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        Result<Reply> answer = string.IsNullOrEmpty(options.RegistrationSharedSecret)
            ? SharedSecretRegistrationEndpoint.NotEnabled
            : Reply.Json(new NonceResponse(nonces.Create()), AdminJson.Default.NonceResponse);
        return new(answer);
    }
}
