using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Threads;

/// <summary>Which threads users follow (MSC4306, MSC4308).</summary>
public static class ThreadsChapter
{
    public static IServiceCollection AddThreadsChapter(this IServiceCollection services) => services
        .AddEndpoint<ThreadSubscriptionEndpoint>()
        .AddEndpoint<ListThreadSubscriptions>();

    public static void MapThreadsChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<ThreadSubscriptionEndpoint>();
        routes.MapEndpoint<ListThreadSubscriptions>();
    }
}
