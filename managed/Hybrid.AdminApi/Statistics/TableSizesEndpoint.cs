using Hybrid.AdminApi.Rooms;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Storage.Rooms;

namespace Hybrid.AdminApi.Statistics;

/// <summary><c>GET /_hybrid/admin/v1/statistics/database</c>: what each table of the database takes.</summary>
sealed class TableSizesEndpoint(IRoomStatisticsStore statistics) : IEndpoint
{
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("GET", "/_hybrid/admin/v1/statistics/database", Access.Administrator)];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var sizes = await statistics.ReadTableSizesAsync(cancellationToken);
        return Reply.Json(
            new TableSizeList([.. sizes.Select(static size => new TableSizeEntry(size.Name, size.Bytes, size.Rows))]),
            RoomAdminJson.Default.TableSizeList);
    }
}
