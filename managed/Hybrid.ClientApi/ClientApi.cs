using Hybrid.ClientApi.Account;
using Hybrid.ClientApi.AccountData;
using Hybrid.ClientApi.Auth;
using Hybrid.ClientApi.Devices;
using Hybrid.ClientApi.Directory;
using Hybrid.ClientApi.Filters;
using Hybrid.ClientApi.KeyBackup;
using Hybrid.ClientApi.Keys;
using Hybrid.ClientApi.Media;
using Hybrid.ClientApi.OAuth;
using Hybrid.ClientApi.Presence;
using Hybrid.ClientApi.Profiles;
using Hybrid.ClientApi.PushRules;
using Hybrid.ClientApi.Receipts;
using Hybrid.ClientApi.Relations;
using Hybrid.ClientApi.Rooms;
using Hybrid.ClientApi.SingleSignOn;
using Hybrid.ClientApi.Sync;
using Hybrid.ClientApi.Tags;
using Hybrid.ClientApi.ThirdParty;
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
        .AddAuthChapter()
        .AddDevicesChapter()
        .AddDirectoryChapter()
        .AddFiltersChapter()
        .AddKeyBackupChapter()
        .AddKeysChapter()
        .AddMediaChapter()
        .AddOAuthChapter()
        .AddPresenceChapter()
        .AddProfilesChapter()
        .AddPushRulesChapter()
        .AddReceiptsChapter()
        .AddRelationsChapter()
        .AddRoomsChapter()
        .AddSingleSignOnChapter()
        .AddSyncChapter()
        .AddTagsChapter()
        .AddThirdPartyChapter()
        .AddTimelineChapter()
        .AddToDeviceChapter()
        .AddTypingChapter()
        .AddUserDirectoryChapter();

    public static void MapClientApi(this IEndpointRouteBuilder routes)
    {
        routes.MapAccountChapter();
        routes.MapAccountDataChapter();
        routes.MapAuthChapter();
        routes.MapDevicesChapter();
        routes.MapDirectoryChapter();
        routes.MapFiltersChapter();
        routes.MapKeyBackupChapter();
        routes.MapKeysChapter();
        routes.MapMediaChapter();
        routes.MapOAuthChapter();
        routes.MapPresenceChapter();
        routes.MapProfilesChapter();
        routes.MapPushRulesChapter();
        routes.MapReceiptsChapter();
        routes.MapRelationsChapter();
        routes.MapRoomsChapter();
        routes.MapSingleSignOnChapter();
        routes.MapSyncChapter();
        routes.MapTagsChapter();
        routes.MapThirdPartyChapter();
        routes.MapTimelineChapter();
        routes.MapToDeviceChapter();
        routes.MapTypingChapter();
        routes.MapUserDirectoryChapter();
    }
}
