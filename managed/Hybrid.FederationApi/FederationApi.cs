using Hybrid.FederationApi.Authentication;
using Hybrid.FederationApi.Devices;
using Hybrid.FederationApi.Keys;
using Hybrid.FederationApi.Server;
using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi;

/// <summary>The server-server API: every chapter of it.</summary>
public static class FederationApi
{
    public static IServiceCollection AddFederationApi(this IServiceCollection services, FederationApiOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IServerAuthenticator, ServerAuthenticator>()
        .AddDevicesChapter()
        .AddKeysChapter()
        .AddServerChapter();

    public static void MapFederationApi(this IEndpointRouteBuilder routes)
    {
        routes.MapDevicesChapter();
        routes.MapKeysChapter();
        routes.MapServerChapter();
    }
}
