using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Devices;

/// <summary>Devices of the calling user (specification, client-server API, "Device Management").</summary>
public static class DevicesChapter
{
    public static IServiceCollection AddDevicesChapter(this IServiceCollection services) => services
        .AddEndpoint<ListDevicesEndpoint>()
        .AddEndpoint<GetDeviceEndpoint>()
        .AddEndpoint<UpdateDeviceEndpoint>()
        .AddEndpoint<DeleteDeviceEndpoint>()
        .AddEndpoint<DeleteDevicesEndpoint>();

    public static void MapDevicesChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<ListDevicesEndpoint>();
        routes.MapEndpoint<GetDeviceEndpoint>();
        routes.MapEndpoint<UpdateDeviceEndpoint>();
        routes.MapEndpoint<DeleteDeviceEndpoint>();
        routes.MapEndpoint<DeleteDevicesEndpoint>();
    }
}
