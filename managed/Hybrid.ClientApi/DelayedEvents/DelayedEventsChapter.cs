using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.DelayedEvents;

/// <summary>Events that are sent later unless somebody says otherwise (MSC4140); they are scheduled where events are sent.</summary>
public static class DelayedEventsChapter
{
    internal const string Path = "/_matrix/client/unstable/org.matrix.msc4140/delayed_events";

    public static IServiceCollection AddDelayedEventsChapter(this IServiceCollection services) => services
        .AddSingleton<DelayedScheduling>()
        .AddEndpoint<ListDelayedEvents>()
        .AddEndpoint<GetDelayedEvent>()
        .AddEndpoint<UpdateDelayedEvent>();

    public static void MapDelayedEventsChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<ListDelayedEvents>();
        routes.MapEndpoint<GetDelayedEvent>();
        routes.MapEndpoint<UpdateDelayedEvent>();
    }
}
