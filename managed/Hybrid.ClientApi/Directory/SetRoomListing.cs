using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms.Directory;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>PUT /_matrix/client/v3/directory/list/room/{roomId}</c></summary>
public sealed class SetRoomListing(PublicRooms directory) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", "/_matrix/client/v3/directory/list/room/{roomId}", Access.User) { WhileSuspended = false }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(DirectoryJson.Default.RoomListing, cancellationToken);
        if (body.Visibility is not (null or "public" or "private"))
            return MatrixError.InvalidParam("'visibility' is neither public nor private.");

        var isListed = body.Visibility is null or "public";
        var set = await directory.SetListedAsync(roomId, isListed, request.Caller.UserId, request.Caller.IsAdmin, cancellationToken);
        return set.Error is { } error ? error : Reply.Empty;
    }
}
