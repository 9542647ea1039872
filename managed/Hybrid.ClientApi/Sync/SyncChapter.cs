using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Sync;

/// <summary>Syncing (specification, "Syncing").</summary>
public static class SyncChapter
{
    public static IServiceCollection AddSyncChapter(this IServiceCollection services) =>
        services.AddEndpoint<SyncEndpoint>().AddEndpoint<SlidingSyncEndpoint>();

    public static void MapSyncChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<SyncEndpoint>();
        routes.MapEndpoint<SlidingSyncEndpoint>();
    }
}
