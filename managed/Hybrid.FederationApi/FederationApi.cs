using Hybrid.FederationApi.Authentication;
using Hybrid.FederationApi.Keys;
using Hybrid.FederationApi.Membership;
using Hybrid.FederationApi.Server;
using Hybrid.FederationApi.Transactions;
using Hybrid.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.FederationApi;

/// <summary>The server-server API: every chapter of it.</summary>
public static class FederationApi
{
    public static IServiceCollection AddFederationApi(this IServiceCollection services, FederationApiOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IServerAuthenticator, ServerAuthenticator>()
        .AddKeysChapter()
        .AddMembershipChapter()
        .AddServerChapter()
        .AddTransactionsChapter();

    public static void MapFederationApi(this IEndpointRouteBuilder routes)
    {
        routes.MapKeysChapter();
        routes.MapMembershipChapter();
        routes.MapServerChapter();
        routes.MapTransactionsChapter();
    }
}
