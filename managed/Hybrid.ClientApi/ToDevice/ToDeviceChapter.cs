using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.ToDevice;

/// <summary>Send-to-device messaging (specification, client-server API).</summary>
public static class ToDeviceChapter
{
    public static IServiceCollection AddToDeviceChapter(this IServiceCollection services) => services.AddEndpoint<SendToDeviceEndpoint>();

    public static void MapToDeviceChapter(this IEndpointRouteBuilder routes) => routes.MapEndpoint<SendToDeviceEndpoint>();
}
