using Hybrid.AdminApi.Statistics;
using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.AdminApi.Rooms;

/// <summary>Administration of rooms over HTTP: paths and shapes are those of Synapse, so that its tools work.</summary>
public static class RoomAdminApi
{
    public static IServiceCollection AddRoomAdminApi(this IServiceCollection services) => services
        .AddEndpoint<ListRoomsEndpoint>()
        .AddEndpoint<GetRoomEndpoint>()
        .AddEndpoint<DeleteRoomEndpoint>()
        .AddEndpoint<RoomDeletionsEndpoint>()
        .AddEndpoint<DeletionStatusEndpoint>()
        .AddEndpoint<GetRoomBlockEndpoint>()
        .AddEndpoint<SetRoomBlockEndpoint>()
        .AddEndpoint<PurgeHistoryEndpoint>()
        .AddEndpoint<PurgeStatusEndpoint>()
        .AddEndpoint<RoomSizesEndpoint>()
        .AddEndpoint<TableSizesEndpoint>();

    public static void MapRoomAdminApi(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<ListRoomsEndpoint>();
        routes.MapEndpoint<GetRoomEndpoint>();
        routes.MapEndpoint<DeleteRoomEndpoint>();
        routes.MapEndpoint<RoomDeletionsEndpoint>();
        routes.MapEndpoint<DeletionStatusEndpoint>();
        routes.MapEndpoint<GetRoomBlockEndpoint>();
        routes.MapEndpoint<SetRoomBlockEndpoint>();
        routes.MapEndpoint<PurgeHistoryEndpoint>();
        routes.MapEndpoint<PurgeStatusEndpoint>();
        routes.MapEndpoint<RoomSizesEndpoint>();
        routes.MapEndpoint<TableSizesEndpoint>();
    }
}
