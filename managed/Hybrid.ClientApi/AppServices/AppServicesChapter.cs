using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.AppServices;

/// <summary>What application services may do beyond users, and what clients ask them.</summary>
public static class AppServicesChapter
{
    public static IServiceCollection AddAppServicesChapter(this IServiceCollection services) => services
        .AddEndpoint<PingAppService>()
        .AddEndpoint<SetNetworkListing>()
        .AddEndpoint<GetProtocols>()
        .AddEndpoint<GetProtocol>()
        .AddEndpoint<SearchNetwork>()
        .AddEndpoint<FindInNetworks>();

    public static void MapAppServicesChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<PingAppService>();
        routes.MapEndpoint<SetNetworkListing>();
        routes.MapEndpoint<GetProtocols>();
        routes.MapEndpoint<GetProtocol>();
        routes.MapEndpoint<SearchNetwork>();
        routes.MapEndpoint<FindInNetworks>();
    }
}
