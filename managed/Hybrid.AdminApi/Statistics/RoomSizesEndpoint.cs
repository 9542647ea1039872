using Hybrid.AdminApi.Rooms;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Statistics;

/// <summary><c>GET /_synapse/admin/v1/statistics/database/rooms</c>: the ten largest rooms.</summary>
sealed class RoomSizesEndpoint(IRoomStatisticsStore statistics) : IEndpoint
{
    const int Limit = 10;

    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("GET", "/_synapse/admin/v1/statistics/database/rooms", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var sizes = await statistics.ReadLargestRoomsAsync(Limit, cancellationToken);
        return Reply.Json(
            new RoomSizeList([.. sizes.Select(static size => new RoomSizeEntry(size.RoomId, size.Bytes))]), RoomAdminJson.Default.RoomSizeList);
    }
}
