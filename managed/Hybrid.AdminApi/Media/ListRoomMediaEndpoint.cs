using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Rooms;

namespace Hybrid.AdminApi.Media;

/// <summary><c>GET /_synapse/admin/v1/room/{roomId}/media</c>: what the events of a room name; a room that is not known has none.</summary>
sealed class ListRoomMediaEndpoint(RoomMedia media, ServerIdentity identity) : IEndpoint
{
    internal const string Path = "/_synapse/admin/v1/room/{roomId}/media";

    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", Path, Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var found = await media.ReadAsync(request.Path<RoomId>("roomId"), cancellationToken);
        var uris = found.ToLookup(one => one.Server == identity.Name, static one => $"mxc://{one.Server}/{one.Id}");
        return Reply.Json(new RoomMediaList([.. uris[true]], [.. uris[false]]), MediaAdminJson.Default.RoomMediaList);
    }
}
