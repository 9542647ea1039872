using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms.Directory;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>GET /_matrix/client/v3/directory/list/room/{roomId}</c></summary>
public sealed class GetRoomListing(PublicRooms directory) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/directory/list/room/{roomId}", Access.Anyone)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (!(await directory.IsListedAsync(request.Path<RoomId>("roomId"), cancellationToken)).TryGet(out var isListed, out var error))
            return error;

        return Reply.Json(new RoomListing(isListed ? "public" : "private"), DirectoryJson.Default.RoomListing);
    }
}
