using Hybrid.Http;
using Hybrid.Primitives;
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

/// <summary>What other servers may ask of this one concerns its own users.</summary>
static class LocalUsers
{
    public static MatrixError NotHere() => MatrixError.Of(400, "M_UNKNOWN", "The user is not one of this server.");
}
