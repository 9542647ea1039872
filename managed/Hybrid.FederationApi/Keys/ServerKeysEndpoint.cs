using Hybrid.Federation.Keys;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Keys;

/// <summary><c>GET /_matrix/key/v2/server</c>: this server's keys. Older servers name the key that they want, and get all.</summary>
sealed class ServerKeysEndpoint(OwnServerKeys keys) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/key/v2/server", Access.Anyone),
        new("GET", "/_matrix/key/v2/server/{keyId}", Access.Anyone),
    ];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) => new(Reply.Raw(keys.Document));
}
