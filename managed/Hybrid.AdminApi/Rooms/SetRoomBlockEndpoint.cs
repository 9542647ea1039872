using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Rooms;

/// <summary><c>PUT /_synapse/admin/v1/rooms/{roomId}/block</c>: keeps users from joining a room, whether this server knows it or not.</summary>
sealed class SetRoomBlockEndpoint(IBlockedRoomStore blocked) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("PUT", GetRoomBlockEndpoint.Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var roomId = request.Path<RoomId>("roomId");
        var body = await request.ReadJsonAsync(RoomAdminJson.Default.RoomBlockRequest, cancellationToken);
        if (body.Block is not { } block)
            return MatrixError.MissingParam("'block' is missing.");

        if (block)
            await blocked.BlockAsync(roomId, request.Caller.UserId, cancellationToken);
        else
            await blocked.UnblockAsync(roomId, cancellationToken);
        return Reply.Json(new RoomBlock(block), RoomAdminJson.Default.RoomBlock);
    }
}
