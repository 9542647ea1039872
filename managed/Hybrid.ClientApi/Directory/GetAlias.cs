using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms.Aliases;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>GET /_matrix/client/v3/directory/room/{roomAlias}</c></summary>
public sealed class GetAlias(RoomAliases aliases) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/directory/room/{roomAlias}", Access.Anyone, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var resolved = await aliases.ResolveAsync(request.Path<RoomAlias>("roomAlias"), cancellationToken);
        if (!resolved.TryGet(out var found, out var error))
            return error;

        return Reply.Json(new AliasResolution(found.RoomId, found.Servers), DirectoryJson.Default.AliasResolution);
    }
}
