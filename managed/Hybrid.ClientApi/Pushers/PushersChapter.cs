using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Pushers;

/// <summary>Where notifications are sent, and which there were.</summary>
public static class PushersChapter
{
    public static IServiceCollection AddPushersChapter(this IServiceCollection services) => services
        .AddEndpoint<GetPushers>()
        .AddEndpoint<SetPusher>()
        .AddEndpoint<GetNotifications>()
        .AddEndpoint<UnsubscribePageEndpoint>()
        .AddEndpoint<UnsubscribeEndpoint>();

    public static void MapPushersChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<GetPushers>();
        routes.MapEndpoint<SetPusher>();
        routes.MapEndpoint<GetNotifications>();
        routes.MapEndpoint<UnsubscribePageEndpoint>();
        routes.MapEndpoint<UnsubscribeEndpoint>();
    }
}
