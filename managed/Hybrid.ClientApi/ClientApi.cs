using Hybrid.ClientApi.Account;
using Hybrid.ClientApi.AccountData;
using Hybrid.ClientApi.Auth;
using Hybrid.ClientApi.Devices;
using Hybrid.ClientApi.Filters;
using Hybrid.ClientApi.KeyBackup;
using Hybrid.ClientApi.Keys;
using Hybrid.ClientApi.Media;
using Hybrid.ClientApi.Presence;
using Hybrid.ClientApi.Profiles;
using Hybrid.ClientApi.PushRules;
using Hybrid.ClientApi.Receipts;
using Hybrid.ClientApi.Rooms;
using Hybrid.ClientApi.Sync;
using Hybrid.ClientApi.Tags;
using Hybrid.ClientApi.ToDevice;
using Hybrid.ClientApi.Typing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.ClientApi;

/// <summary>The client-server API: every chapter of it.</summary>
public static class ClientApi
{
    public static IServiceCollection AddClientApi(this IServiceCollection services) => services
        .AddAccount()
        .AddAccountDataChapter()
        .AddAuth()
        .AddDevices()
        .AddFilters()
        .AddKeyBackup()
        .AddKeys()
        .AddMedia()
        .AddPresence()
        .AddProfiles()
        .AddPushRulesChapter()
        .AddReceipts()
        .AddRoomsChapter()
        .AddSyncChapter()
        .AddTags()
        .AddToDevice()
        .AddTyping();

    public static void MapClientApi(this IEndpointRouteBuilder routes)
    {
        routes.MapAccount();
        routes.MapAccountDataChapter();
        routes.MapAuth();
        routes.MapDevices();
        routes.MapFilters();
        routes.MapKeyBackup();
        routes.MapKeys();
        routes.MapMedia();
        routes.MapPresence();
        routes.MapProfiles();
        routes.MapPushRulesChapter();
        routes.MapReceipts();
        routes.MapRoomsChapter();
        routes.MapSyncChapter();
        routes.MapTags();
        routes.MapToDevice();
        routes.MapTyping();
    }
}
