using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Queries;

/// <summary><c>GET /_matrix/federation/v1/query/{queryType}</c>: the types that the specification does not name.</summary>
sealed class QueryEndpoint : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/query/{queryType}", Access.Server, RateClass.Federation)];

    public ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken) =>
        new(MatrixError.NotFound($"This server answers no queries of the type '{request.Path("queryType")}'."));
}
