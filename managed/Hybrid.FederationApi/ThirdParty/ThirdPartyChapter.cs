using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi.ThirdParty;

/// <summary>Invitations of addresses that have found their user (server-server API, "Third-party invites").</summary>
static class ThirdPartyChapter
{
    public static IServiceCollection AddThirdPartyChapter(this IServiceCollection services) => services
        .AddEndpoint<OnBindEndpoint>()
        .AddEndpoint<ExchangeInviteEndpoint>();

    public static void MapThirdPartyChapter(this IEndpointRouteBuilder routes)
    {
        routes.MapEndpoint<OnBindEndpoint>();
        routes.MapEndpoint<ExchangeInviteEndpoint>();
    }
}
