using Hybrid.ClientApi.AppServices;
using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.Auth;

/// <summary>Login, registration and sessions (specification, client-server API, "Client Authentication").</summary>
public static class AuthChapter
{
    public static IServiceCollection AddAuthChapter(this IServiceCollection services) => services
        .AddHttpContextAccessor()
        .AddSingleton<AppServiceCallers>()
        .AddSingleton<AppServiceGrants>()
        .AddSingleton<ICallerAuthenticator, CallerAuthenticator>()
        .AddSingleton<PasswordAttempts>()
        .AddSingleton<LoginIdentifiers>()
        .AddSingleton<InteractiveSessions>()
        .AddSingleton<InteractiveAuth>()
        .AddEndpoint<LoginFlowsEndpoint>()
        .AddEndpoint<LoginEndpoint>()
        .AddEndpoint<LoginTokenEndpoint>()
        .AddEndpoint<RefreshEndpoint>()
        .AddEndpoint<LogoutEndpoint>()
        .AddEndpoint<LogoutAllEndpoint>()
        .AddEndpoint<RegisterEndpoint>()
        .AddEndpoint<UsernameAvailableEndpoint>()
        .AddEndpoint<RegistrationTokenValidityEndpoint>()
        .AddEndpoint<FallbackPageEndpoint>()
        .AddEndpoint<FallbackSubmitEndpoint>();

    public static void MapAuthChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<LoginFlowsEndpoint>();
        routes.MapEndpoint<LoginEndpoint>();
        routes.MapEndpoint<LoginTokenEndpoint>();
        routes.MapEndpoint<RefreshEndpoint>();
        routes.MapEndpoint<LogoutEndpoint>();
        routes.MapEndpoint<LogoutAllEndpoint>();
        routes.MapEndpoint<RegisterEndpoint>();
        routes.MapEndpoint<UsernameAvailableEndpoint>();
        routes.MapEndpoint<RegistrationTokenValidityEndpoint>();
        routes.MapEndpoint<FallbackPageEndpoint>();
        routes.MapEndpoint<FallbackSubmitEndpoint>();
    }
}
