using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.Server;

static class ServerChapter
{
    public static IServiceCollection AddServerChapter(this IServiceCollection services) => services
        .AddEndpoint<VersionEndpoint>()
        .AddEndpoint<WellKnownServerEndpoint>();

    public static void MapServerChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<VersionEndpoint>();
        routes.MapEndpoint<WellKnownServerEndpoint>();
    }
}
