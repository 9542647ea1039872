using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Administration;

/// <summary>What the specification has for administrators (specification, "Server Administration").</summary>
public static class AdministrationChapter
{
    public static IServiceCollection AddAdministrationChapter(this IServiceCollection services) => services
        .AddEndpoint<WhoIs>()
        .AddEndpoint<GetLock>()
        .AddEndpoint<SetLock>()
        .AddEndpoint<GetSuspension>()
        .AddEndpoint<SetSuspension>()
        .AddEndpoint<WellKnownPolicyServer>();

    public static void MapAdministrationChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<WhoIs>();
        routes.MapEndpoint<GetLock>();
        routes.MapEndpoint<SetLock>();
        routes.MapEndpoint<GetSuspension>();
        routes.MapEndpoint<SetSuspension>();
        routes.MapEndpoint<WellKnownPolicyServer>();
    }
}
