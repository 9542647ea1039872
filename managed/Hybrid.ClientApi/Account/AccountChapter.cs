using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Account;

/// <summary>
/// Account management, capabilities and discovery. The composition adds <see cref="ServerFeatures"/> and
/// <see cref="ServerDiscovery"/>.
/// </summary>
public static class AccountChapter
{
    public static IServiceCollection AddAccountChapter(this IServiceCollection services) => services
        .AddEndpoint<WhoAmIEndpoint>()
        .AddEndpoint<ChangePasswordEndpoint>()
        .AddEndpoint<DeactivateEndpoint>()
        .AddEndpoint<CapabilitiesEndpoint>()
        .AddEndpoint<VersionsEndpoint>()
        .AddEndpoint<WellKnownClientEndpoint>()
        .AddEndpoint<WellKnownSupportEndpoint>();

    public static void MapAccountChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<WhoAmIEndpoint>();
        routes.MapEndpoint<ChangePasswordEndpoint>();
        routes.MapEndpoint<DeactivateEndpoint>();
        routes.MapEndpoint<CapabilitiesEndpoint>();
        routes.MapEndpoint<VersionsEndpoint>();
        routes.MapEndpoint<WellKnownClientEndpoint>();
        routes.MapEndpoint<WellKnownSupportEndpoint>();
    }
}
