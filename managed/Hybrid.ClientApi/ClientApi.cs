using Hybrid.ClientApi.Auth;
using Hybrid.ClientApi.Media;
using Hybrid.ClientApi.PushRules;
using Hybrid.ClientApi.Rooms;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi;

/// <summary>The client-server API: every chapter of it.</summary>
public static class ClientApi
{
    public static IServiceCollection AddClientApi(this IServiceCollection services) => services
        .AddAuth()
        .AddRoomsChapter()
        .AddPushRulesChapter()
        .AddMedia();

    public static void MapClientApi(this IEndpointRouteBuilder routes)
    {
        routes.MapAuth();
        routes.MapRoomsChapter();
        routes.MapPushRulesChapter();
        routes.MapMedia();
    }
}
