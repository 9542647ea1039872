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

/// <summary>What other servers may ask of this one concerns its own users, and not too many of them at a time.</summary>
static class LocalUsers
{
    /// <summary>Users per question; clients ask for 250.</summary>
    public const int MaxQueried = 5000;

    /// <summary>Keys per claim: one for each device of a large room.</summary>
    public const int MaxClaims = 10_000;

    public static MatrixError TooMany(int limit) => MatrixError.TooLarge($"There are more than {limit} to look for.");

    public static MatrixError NotHere() => MatrixError.Of(400, "M_UNKNOWN", "The user is not one of this server.");
}
