using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Presence;

/// <summary>Presence (specification, "Presence").</summary>
public static class PresenceChapter
{
    public static IServiceCollection AddPresenceChapter(this IServiceCollection services) => services.AddEndpoint<SetPresenceStatus>().AddEndpoint<GetPresenceStatus>();

    public static void MapPresenceChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<SetPresenceStatus>();
        routes.MapEndpoint<GetPresenceStatus>();
    }
}
