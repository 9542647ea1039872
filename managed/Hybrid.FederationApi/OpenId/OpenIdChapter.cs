using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.OpenId;

/// <summary>Users who prove to others who they are (server-server API, "OpenID").</summary>
static class OpenIdChapter
{
    public static IServiceCollection AddOpenIdChapter(this IServiceCollection services) => services.AddEndpoint<UserInfoEndpoint>();

    public static void MapOpenIdChapter(this IEndpointRouteBuilder routes) => routes.MapEndpoint<UserInfoEndpoint>();
}
