using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Relations;

/// <summary>Events that relate to others, and threads.</summary>
public static class RelationsChapter
{
    public static IServiceCollection AddRelationsChapter(this IServiceCollection services) => services
        .AddEndpoint<GetRelations>()
        .AddEndpoint<GetThreads>();

    public static void MapRelationsChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<GetRelations>();
        routes.MapEndpoint<GetThreads>();
    }
}
