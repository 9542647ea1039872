using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Rooms;

/// <summary><c>GET /_synapse/admin/v1/rooms/{roomId}/block</c></summary>
sealed class GetRoomBlockEndpoint(IBlockedRoomStore blocked) : IEndpoint
{
    internal const string Path = ListRoomsEndpoint.Path + "/{roomId}/block";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var blocker = await blocked.FindBlockerAsync(request.Path<RoomId>("roomId"), cancellationToken);
        return Reply.Json(new RoomBlock(blocker is not null) { UserId = blocker }, RoomAdminJson.Default.RoomBlock);
    }
}
