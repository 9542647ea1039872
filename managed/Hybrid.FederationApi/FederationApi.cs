using Hybrid.FederationApi.Authentication;
using Hybrid.FederationApi.Devices;
using Hybrid.FederationApi.Directory;
using Hybrid.FederationApi.Keys;
using Hybrid.FederationApi.Media;
using Hybrid.FederationApi.Membership;
using Hybrid.FederationApi.OpenId;
using Hybrid.FederationApi.PolicyServers;
using Hybrid.FederationApi.Queries;
using Hybrid.FederationApi.RoomData;
using Hybrid.FederationApi.Server;
using Hybrid.FederationApi.ThirdParty;
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
        .AddDevicesChapter()
        .AddDirectoryChapter()
        .AddKeysChapter()
        .AddMediaChapter()
        .AddMembershipChapter()
        .AddOpenIdChapter()
        .AddPolicyServersChapter()
        .AddQueriesChapter()
        .AddRoomDataChapter()
        .AddServerChapter()
        .AddThirdPartyChapter()
        .AddTransactionsChapter();

    public static void MapFederationApi(this IEndpointRouteBuilder routes)
    {
        routes.MapDevicesChapter();
        routes.MapDirectoryChapter();
        routes.MapKeysChapter();
        routes.MapMediaChapter();
        routes.MapMembershipChapter();
        routes.MapOpenIdChapter();
        routes.MapPolicyServersChapter();
        routes.MapQueriesChapter();
        routes.MapRoomDataChapter();
        routes.MapServerChapter();
        routes.MapThirdPartyChapter();
        routes.MapTransactionsChapter();
    }
}
