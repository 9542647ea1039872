using Hybrid.AppServices.Requests;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.Directory;
using Hybrid.Rooms;
using Hybrid.Storage.Rooms;

namespace Hybrid.ClientApi.AppServices;

/// <summary><c>PUT /_matrix/client/v3/directory/list/appservice/{networkId}/{roomId}</c>: the rooms that a service publishes of a network.</summary>
sealed class SetNetworkListing(IAliasStore directory, RoomRegistry rooms) : IEndpoint
{
    const int MaxNetworkLength = 255;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("PUT", "/_matrix/client/v3/directory/list/appservice/{networkId}/{roomId}", Access.User)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var networkId = request.Path("networkId");
        var roomId = request.Path<RoomId>("roomId");
        if (request.Caller.AppServiceId is not { } service)
            return MatrixError.Forbidden("Only application services publish rooms of their networks.");
        if (networkId.Length > MaxNetworkLength)
            return MatrixError.InvalidParam($"The ID of a network has at most {MaxNetworkLength} characters.");

        var body = await request.ReadJsonAsync(DirectoryJson.Default.RoomListing, cancellationToken);
        if (body.Visibility is not ("public" or "private"))
            return MatrixError.InvalidParam("'visibility' is neither public nor private.");
        if (await rooms.FindAsync(roomId, cancellationToken) is null)
            return MatrixError.NotFound("This server does not know the room.");

        await directory.SetListedOnAsync(ThirdPartyNetworks.InstanceId(service, networkId), roomId, body.Visibility == "public", cancellationToken);
        return Reply.Empty;
    }
}
