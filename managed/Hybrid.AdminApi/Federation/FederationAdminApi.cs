using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.AdminApi.Federation;

/// <summary>Other servers over HTTP, as Synapse has it.</summary>
public static class FederationAdminApi
{
    public static IServiceCollection AddFederationAdminApi(this IServiceCollection services) => services
        .AddEndpoint<ListDestinationsEndpoint>()
        .AddEndpoint<GetDestinationEndpoint>()
        .AddEndpoint<ListDestinationRoomsEndpoint>()
        .AddEndpoint<ResetConnectionEndpoint>();

    public static void MapFederationAdminApi(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<ListDestinationsEndpoint>();
        routes.MapEndpoint<GetDestinationEndpoint>();
        routes.MapEndpoint<ListDestinationRoomsEndpoint>();
        routes.MapEndpoint<ResetConnectionEndpoint>();
    }
}
