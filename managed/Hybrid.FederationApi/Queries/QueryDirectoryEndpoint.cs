using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms;
using Hybrid.Rooms.Aliases;

namespace Hybrid.FederationApi.Queries;

/// <summary><c>GET /_matrix/federation/v1/query/directory</c>: the room that an alias of this server names, and servers that are in it.</summary>
sealed class QueryDirectoryEndpoint(RoomAliases aliases, ServerIdentity identity) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_matrix/federation/v1/query/directory", Access.Server, RateClass.Federation)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!RoomAlias.TryParse(request.RequiredQuery("room_alias"), out var alias))
            return MatrixError.InvalidParam("'room_alias' is no room alias.");
        if (alias.Server != identity.Name)
            return MatrixError.InvalidParam($"{alias} is no alias of this server.");

        var resolved = await aliases.ResolveLocalAsync(alias, cancellationToken);
        return resolved.TryGet(out var found, out var error)
            ? Reply.Json(new AliasResolution(found.RoomId, found.Servers), DirectoryJson.Default.AliasResolution)
            : error;
    }
}
