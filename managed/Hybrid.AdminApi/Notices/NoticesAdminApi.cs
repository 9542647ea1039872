using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.AdminApi.Notices;

/// <summary>Server notices over HTTP, on Synapse's path.</summary>
public static class NoticesAdminApi
{
    public static IServiceCollection AddServerNotices(this IServiceCollection services) => services
        .AddSingleton<ServerNotices>()
        .AddHostedService(static provider => provider.GetRequiredService<ServerNotices>())
        .AddEndpoint<SendServerNoticeEndpoint>();

    public static void MapServerNotices(this IEndpointRouteBuilder routes) => routes.MapEndpoint<SendServerNoticeEndpoint>();
}
