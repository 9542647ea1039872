using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.AdminApi;

/// <summary>Administration over HTTP. The composition adds <see cref="AdminOptions"/>.</summary>
public static class AdminApi
{
    public static IServiceCollection AddAdminApi(this IServiceCollection services) => services
        .AddSingleton<RegistrationNonces>()
        .AddEndpoint<RegistrationNonceEndpoint>()
        .AddEndpoint<SharedSecretRegistrationEndpoint>()
        .AddEndpoint<CreateRegistrationTokenEndpoint>()
        .AddEndpoint<ListRegistrationTokensEndpoint>()
        .AddEndpoint<DeleteRegistrationTokenEndpoint>()
        .AddEndpoint<ListAccountsEndpoint>()
        .AddEndpoint<DeactivateAccountEndpoint>();

    public static void MapAdminApi(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<RegistrationNonceEndpoint>();
        routes.MapEndpoint<SharedSecretRegistrationEndpoint>();
        routes.MapEndpoint<CreateRegistrationTokenEndpoint>();
        routes.MapEndpoint<ListRegistrationTokensEndpoint>();
        routes.MapEndpoint<DeleteRegistrationTokenEndpoint>();
        routes.MapEndpoint<ListAccountsEndpoint>();
        routes.MapEndpoint<DeactivateAccountEndpoint>();
    }
}
