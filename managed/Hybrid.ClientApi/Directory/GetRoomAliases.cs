using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms.Aliases;

namespace Hybrid.ClientApi.Directory;

/// <summary><c>GET /_matrix/client/v3/rooms/{roomId}/aliases</c></summary>
public sealed class GetRoomAliases(RoomAliases aliases) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_matrix/client/v3/rooms/{roomId}/aliases", Access.UserOrGuest, RateClass.General)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var listed = await aliases.ListAsync(request.Path<RoomId>("roomId"), request.Caller.UserId, cancellationToken);
        if (!listed.TryGet(out var found, out var error))
            return error;

        return Reply.Json(new RoomAliasList(found), DirectoryJson.Default.RoomAliasList);
    }
}
