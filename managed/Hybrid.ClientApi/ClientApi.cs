using Hybrid.ClientApi.Account;
using Hybrid.ClientApi.AccountData;
using Hybrid.ClientApi.Administration;
using Hybrid.ClientApi.AppServices;
using Hybrid.ClientApi.Auth;
using Hybrid.ClientApi.Calls;
using Hybrid.ClientApi.DelayedEvents;
using Hybrid.ClientApi.Devices;
using Hybrid.ClientApi.Directory;
using Hybrid.ClientApi.Filters;
using Hybrid.ClientApi.KeyBackup;
using Hybrid.ClientApi.Keys;
using Hybrid.ClientApi.Media;
using Hybrid.ClientApi.OAuth;
using Hybrid.ClientApi.OldSync;
using Hybrid.ClientApi.OpenId;
using Hybrid.ClientApi.Policies;
using Hybrid.ClientApi.Presence;
using Hybrid.ClientApi.Profiles;
using Hybrid.ClientApi.Pushers;
using Hybrid.ClientApi.PushRules;
using Hybrid.ClientApi.Receipts;
using Hybrid.ClientApi.Relations;
using Hybrid.ClientApi.Reports;
using Hybrid.ClientApi.Rooms;
using Hybrid.ClientApi.Search;
using Hybrid.ClientApi.SingleSignOn;
using Hybrid.ClientApi.Sync;
using Hybrid.ClientApi.Tags;
using Hybrid.ClientApi.ThirdParty;
using Hybrid.ClientApi.Threads;
using Hybrid.ClientApi.Timeline;
using Hybrid.ClientApi.ToDevice;
using Hybrid.ClientApi.Typing;
using Hybrid.ClientApi.UserDirectory;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi;

/// <summary>The client-server API: every chapter of it.</summary>
public static class ClientApi
{
    public static IServiceCollection AddClientApi(this IServiceCollection services) => services
        .AddAccountChapter()
        .AddAccountDataChapter()
        .AddAdministrationChapter()
        .AddAppServicesChapter()
        .AddAuthChapter()
        .AddCallsChapter()
        .AddDelayedEventsChapter()
        .AddDevicesChapter()
        .AddDirectoryChapter()
        .AddFiltersChapter()
        .AddKeyBackupChapter()
        .AddKeysChapter()
        .AddMediaChapter()
        .AddOAuthChapter()
        .AddOldSyncChapter()
        .AddOpenIdChapter()
        .AddPoliciesChapter()
        .AddPresenceChapter()
        .AddProfilesChapter()
        .AddPushersChapter()
        .AddPushRulesChapter()
        .AddReceiptsChapter()
        .AddRelationsChapter()
        .AddReportsChapter()
        .AddRoomsChapter()
        .AddSearchChapter()
        .AddSingleSignOnChapter()
        .AddSyncChapter()
        .AddTagsChapter()
        .AddThirdPartyChapter()
        .AddThreadsChapter()
        .AddTimelineChapter()
        .AddToDeviceChapter()
        .AddTypingChapter()
        .AddUserDirectoryChapter();

    public static void MapClientApi(this IEndpointRouteBuilder routes)
    {
        routes.MapAccountChapter();
        routes.MapAccountDataChapter();
        routes.MapAdministrationChapter();
        routes.MapAppServicesChapter();
        routes.MapAuthChapter();
        routes.MapCallsChapter();
        routes.MapDelayedEventsChapter();
        routes.MapDevicesChapter();
        routes.MapDirectoryChapter();
        routes.MapFiltersChapter();
        routes.MapKeyBackupChapter();
        routes.MapKeysChapter();
        routes.MapMediaChapter();
        routes.MapOAuthChapter();
        routes.MapOldSyncChapter();
        routes.MapOpenIdChapter();
        routes.MapPoliciesChapter();
        routes.MapPresenceChapter();
        routes.MapProfilesChapter();
        routes.MapPushersChapter();
        routes.MapPushRulesChapter();
        routes.MapReceiptsChapter();
        routes.MapRelationsChapter();
        routes.MapReportsChapter();
        routes.MapRoomsChapter();
        routes.MapSearchChapter();
        routes.MapSingleSignOnChapter();
        routes.MapSyncChapter();
        routes.MapTagsChapter();
        routes.MapThirdPartyChapter();
        routes.MapThreadsChapter();
        routes.MapTimelineChapter();
        routes.MapToDeviceChapter();
        routes.MapTypingChapter();
        routes.MapUserDirectoryChapter();
    }
}
