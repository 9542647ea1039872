using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi.SingleSignOn;

/// <summary>Single sign-on (specification, client-server API, "SSO client login/authentication").</summary>
public static class SingleSignOnChapter
{
    public static IServiceCollection AddSingleSignOnChapter(this IServiceCollection services) => services
        .AddSingleton<SignOnAttempts>()
        .AddSingleton<SignOnStarts>()
        .AddEndpoint<SignOnRedirectEndpoint>()
        .AddEndpoint<SignOnConfirmationEndpoint>()
        .AddEndpoint<SignOnEntranceEndpoint>()
        .AddEndpoint<SignOnCallbackEndpoint>();

    public static void MapSingleSignOnChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<SignOnRedirectEndpoint>();
        routes.MapEndpoint<SignOnConfirmationEndpoint>();
        routes.MapEndpoint<SignOnEntranceEndpoint>();
        routes.MapEndpoint<SignOnCallbackEndpoint>();
    }
}
