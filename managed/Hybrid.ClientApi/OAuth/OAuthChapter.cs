using Hybrid.Accounts.OAuth;
using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.OAuth;

/// <summary>The OAuth 2.0 API with an authorization server of its own (specification, client-server API, "OAuth 2.0 API"). The composition adds <see cref="OAuthOptions"/>.</summary>
public static class OAuthChapter
{
    public static IServiceCollection AddOAuthChapter(this IServiceCollection services) => services
        .AddSingleton<OAuthClients>()
        .AddSingleton<AuthorizationCodes>()
        .AddSingleton<DeviceCodes>()
        .AddSingleton<OAuthTokens>()
        .AddSingleton<OAuthPaths>()
        .AddSingleton<WebSessions>()
        .AddSingleton<WebRegistration>()
        .AddSingleton<WebSignIn>()
        .AddSingleton<OAuthConfirmation>()
        .AddSingleton<DevicesSection>()
        .AddSingleton<KeyResetSection>()
        .AddSingleton<DeactivationSection>()
        .AddEndpoint<AuthMetadataEndpoint>()
        .AddEndpoint<RegisterClientEndpoint>()
        .AddEndpoint<AuthorizeEndpoint>()
        .AddEndpoint<TokenEndpoint>()
        .AddEndpoint<RevokeEndpoint>()
        .AddEndpoint<DeviceAuthorizationEndpoint>()
        .AddEndpoint<LinkDeviceEndpoint>()
        .AddEndpoint<AccountPageEndpoint>();

    public static void MapOAuthChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<AuthMetadataEndpoint>();
        if (!routes.ServiceProvider.GetRequiredService<OAuthOptions>().Enabled)
            return;

        routes.MapEndpoint<RegisterClientEndpoint>();
        routes.MapEndpoint<AuthorizeEndpoint>();
        routes.MapEndpoint<TokenEndpoint>();
        routes.MapEndpoint<RevokeEndpoint>();
        routes.MapEndpoint<DeviceAuthorizationEndpoint>();
        routes.MapEndpoint<LinkDeviceEndpoint>();
        routes.MapEndpoint<AccountPageEndpoint>();
    }
}
