using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.OldSync;

/// <summary>Rooms at a glance, peeking, and the deprecated forerunners of <c>/sync</c>, which its engine answers.</summary>
public static class OldSyncChapter
{
    public static IServiceCollection AddOldSyncChapter(this IServiceCollection services) => services
        .AddSingleton<SyncAnswers>()
        .AddSingleton<RoomGlance>()
        .AddSingleton<RoomPeeking>()
        .AddEndpoint<RoomInitialSync>()
        .AddEndpoint<InitialSync>()
        .AddEndpoint<StreamEvents>();

    public static void MapOldSyncChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<RoomInitialSync>();
        routes.MapEndpoint<InitialSync>();
        routes.MapEndpoint<StreamEvents>();
    }
}
