using Hybrid.Accounts;
using Hybrid.Accounts.AccountData;
using Hybrid.Accounts.Keys;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Profiles;
using Hybrid.AdminApi;
using Hybrid.AdminApi.Rooms;
using Hybrid.ClientApi;
using Hybrid.ClientApi.Account;
using Hybrid.Http.Limits;
using Hybrid.Media;
using Hybrid.Native;
using Hybrid.Push;
using Hybrid.Rooms;
using Hybrid.Rooms.Maintenance;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Timeline;
using Hybrid.Search.UserDirectory;
using Hybrid.Server.Configuration;
using Hybrid.Storage.AccountData;
using Hybrid.Storage.Filters;
using Hybrid.Storage.Media;
using Hybrid.Storage.Presence;
using Hybrid.Storage.Push;
using Hybrid.Storage.Receipts;
using Hybrid.Storage.Sqlite.AccountData;
using Hybrid.Storage.Sqlite.Accounts;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Sqlite.Filters;
using Hybrid.Storage.Sqlite.Keys;
using Hybrid.Storage.Sqlite.Media;
using Hybrid.Storage.Sqlite.Presence;
using Hybrid.Storage.Sqlite.Push;
using Hybrid.Storage.Sqlite.Receipts;
using Hybrid.Storage.Sqlite.Rooms;
using Hybrid.Storage.Sqlite.UserDirectory;
using Hybrid.Storage.Streams;
using Hybrid.Sync;

namespace Hybrid.Server.Composition;

/// <summary>Puts the house together: the engine, the parts, and what one part needs of another that it must not see.</summary>
static class HybridServices
{
    /// <summary>Everything that a running server needs.</summary>
    public static IServiceCollection AddHybrid(this IServiceCollection services, HybridSettings settings, SigningKey signingKey) => services
        .AddStorage(settings)
        .AddParts(settings, signingKey)
        .AddPorts()
        .AddRequestLimits()
        .AddSingleton(new RateLimitOptions { Enabled = settings.RateLimits })
        .AddSingleton(new ServerFeatures { DefaultRoomVersion = settings.DefaultRoomVersion })
        .AddSingleton(new ServerDiscovery { ClientBaseUrl = settings.PublicBaseUrl })
        .AddSingleton(new AdminOptions { RegistrationSharedSecret = settings.RegistrationSharedSecret })
        .AddClientApi()
        .AddAdminApi()
        .AddRoomAdminApi();

    /// <summary>The SQLite engine and its stores. This is the only place that names an engine.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, HybridSettings settings) => services
        .AddSingleton(TimeProvider.System)
        .AddSingleton<StreamHub>()
        .AddSingleton(provider => SqliteDatabase.Open(settings.DatabasePath, provider.GetRequiredService<StreamHub>()))
        .AddRoomsSqlite()
        .AddAccountsSqlite()
        .AddKeysSqlite()
        .AddUserDirectorySqlite()
        .AddSingleton<IMediaStore, SqliteMediaStore>()
        .AddSingleton<IAccountDataStore, SqliteAccountDataStore>()
        .AddSingleton<IFilterStore, SqliteFilterStore>()
        .AddSingleton<IPresenceStore, SqlitePresenceStore>()
        .AddSingleton<IReceiptStore, SqliteReceiptStore>()
        .AddSingleton<IUnreadStore, SqliteUnreadStore>();

    /// <summary>Accounts alone, as the command line needs them beside a running server.</summary>
    public static IServiceCollection AddAccountsOf(this IServiceCollection services, HybridSettings settings) => services
        .AddSingleton(new AccountOptions
        {
            ServerName = settings.ServerName,
            Registration = settings.Registration switch
            {
                Configuration.RegistrationMode.Open => Accounts.RegistrationMode.Open,
                Configuration.RegistrationMode.Token => Accounts.RegistrationMode.Token,
                _ => Accounts.RegistrationMode.Closed,
            },
        })
        .AddSingleton<IPasswordHasher, NativePasswordHasher>()
        .AddAccounts();

    static IServiceCollection AddParts(this IServiceCollection services, HybridSettings settings, SigningKey signingKey) => services
        .AddAccountsOf(settings)
        .AddSingleton(new ServerIdentity(settings.ServerName, signingKey))
        .AddRooms()
        .AddSingleton(new RetentionOptions { MaxLifetime = settings.RetentionMaxLifetime })
        .AddRetention()
        .AddRoomReading()
        .AddSync()
        .AddUserDirectory()
        .AddKeyServices()
        .AddMediaRepository(new MediaOptions
        {
            ServerName = settings.ServerName,
            Folder = Path.Combine(settings.DataFolder, "media"),
            MaxUploadBytes = settings.MaxUploadSize,
        })
        .AddPush();

    static IServiceCollection AddPorts(this IServiceCollection services) => services
        .AddSingleton<ISignatureVerifier, NativeSignatureVerifier>()
        .AddSingleton<IMemberProfiles, AccountMemberProfiles>()
        .AddSingleton<IProfilePropagation, RoomProfilePropagation>()
        .AddSingleton<IAccountDepartures, RoomDepartures>()
        .AddSingleton<IDefaultAccountData, DefaultPushRules>()
        .AddSingleton<ErasedAccounts>()
        .AddSingleton<IErasedUsers>(static provider => provider.GetRequiredService<ErasedAccounts>())
        .AddSingleton<IAccountErasure>(static provider => provider.GetRequiredService<ErasedAccounts>())
        .AddAccountErasures();
}
