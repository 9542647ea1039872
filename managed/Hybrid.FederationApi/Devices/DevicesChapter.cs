using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.Devices;

/// <summary>Devices and keys of this server's users (server-server API, "Device Management", "End-to-End Encryption").</summary>
public static class DevicesChapter
{
    public static IServiceCollection AddDevicesChapter(this IServiceCollection services) => services
        .AddEndpoint<UserDevicesEndpoint>()
        .AddEndpoint<QueryUserKeysEndpoint>()
        .AddEndpoint<ClaimUserKeysEndpoint>();

    public static void MapDevicesChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<UserDevicesEndpoint>();
        routes.MapEndpoint<QueryUserKeysEndpoint>();
        routes.MapEndpoint<ClaimUserKeysEndpoint>();
    }
}
