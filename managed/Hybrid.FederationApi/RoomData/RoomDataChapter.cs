using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.RoomData;

/// <summary>Events and state of rooms for the servers in them (server-server API, "Retrieving events", "Backfilling and retrieving missing events").</summary>
static class RoomDataChapter
{
    public static IServiceCollection AddRoomDataChapter(this IServiceCollection services) => services
        .AddEndpoint<GetEventEndpoint>()
        .AddEndpoint<GetStateEndpoint>()
        .AddEndpoint<GetStateIdsEndpoint>()
        .AddEndpoint<GetEventAuthEndpoint>()
        .AddEndpoint<BackfillEndpoint>()
        .AddEndpoint<GetMissingEventsEndpoint>()
        .AddEndpoint<TimestampToEventEndpoint>();

    public static void MapRoomDataChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<GetEventEndpoint>();
        routes.MapEndpoint<GetStateEndpoint>();
        routes.MapEndpoint<GetStateIdsEndpoint>();
        routes.MapEndpoint<GetEventAuthEndpoint>();
        routes.MapEndpoint<BackfillEndpoint>();
        routes.MapEndpoint<GetMissingEventsEndpoint>();
        routes.MapEndpoint<TimestampToEventEndpoint>();
    }
}
