using Hybrid.Federation.Keys;
using Hybrid.Http;
using Hybrid.Primitives;

namespace Hybrid.FederationApi.Keys;

/// <summary><c>GET /_matrix/key/v2/query/{serverName}</c>: another server's keys. Older servers name the key that they want.</summary>
sealed class QueryServerKeysEndpoint(ServerKeyNotary notary) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
    [
        new("GET", "/_matrix/key/v2/query/{serverName}", Access.Anyone, RateClass.General),
        new("GET", "/_matrix/key/v2/query/{serverName}/{keyId}", Access.Anyone, RateClass.General),
    ];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var server = request.Path<ServerName>("serverName");
        var validUntil = request.QueryInteger("minimum_valid_until_ts");
        var keyIds = new Dictionary<string, long?>();
        if (request.PathOrEmpty("keyId") is { Length: > 0 } keyId)
            keyIds[keyId] = validUntil;
        return NotaryReply.Of(await notary.FindAsync(server, keyIds, cancellationToken));
    }
}
