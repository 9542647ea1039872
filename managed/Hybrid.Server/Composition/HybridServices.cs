using Hybrid.Accounts;
using Hybrid.Accounts.AccountData;
using Hybrid.Accounts.Keys;
using Hybrid.Accounts.Login;
using Hybrid.Accounts.Profiles;
using Hybrid.AdminApi;
using Hybrid.AdminApi.Federation;
using Hybrid.AdminApi.Media;
using Hybrid.AdminApi.Notices;
using Hybrid.AdminApi.Reports;
using Hybrid.AdminApi.Rooms;
using Hybrid.AppServices;
using Hybrid.ClientApi;
using Hybrid.ClientApi.Account;
using Hybrid.ClientApi.Calls;
using Hybrid.ClientApi.OAuth;
using Hybrid.Federation;
using Hybrid.Federation.Devices;
using Hybrid.Federation.Joins;
using Hybrid.Federation.Outbound;
using Hybrid.Federation.PolicyServers;
using Hybrid.FederationApi;
using Hybrid.Http;
using Hybrid.Http.Limits;
using Hybrid.Identity;
using Hybrid.Mail;
using Hybrid.Media;
using Hybrid.Media.Previews;
using Hybrid.Native;
using Hybrid.Push;
using Hybrid.Push.Pushers;
using Hybrid.Rooms;
using Hybrid.Rooms.DelayedEvents;
using Hybrid.Rooms.Maintenance;
using Hybrid.Rooms.Membership;
using Hybrid.Rooms.Timeline;
using Hybrid.Rooms.Upgrades;
using Hybrid.Search.Messages;
using Hybrid.Search.UserDirectory;
using Hybrid.Server.Configuration;
using Hybrid.Server.Hosting;
using Hybrid.Storage.Postgres;
using Hybrid.Storage.Postgres.Engine;
using Hybrid.Storage.Space;
using Hybrid.Storage.Sqlite;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Hybrid.Sync;

namespace Hybrid.Server.Composition;

/// <summary>Puts the house together: the engine, the parts, and what one part needs of another that it must not see.</summary>
static class HybridServices
{
    /// <summary>Where media are in the data folder.</summary>
    public const string MediaFolder = "media";

    /// <summary>Everything that a running server needs.</summary>
    public static IServiceCollection AddHybrid(this IServiceCollection services, HybridSettings settings, ServerSigningKeys keys, AppServiceDirectory appServices) => services
        .AddStorage(settings)
        .AddSingleton(appServices)
        .AddAppServices()
        .AddParts(settings, keys.Current)
        .AddSingleton(FederationComposition.PolicyServer(settings))
        .AddFederation(FederationComposition.Options(settings, keys.Retired))
        .AddOutbound()
        .AddEphemeralEdus()
        .AddFederatedDevices()
        .AddFederationApi(FederationComposition.ApiOptions(settings))
        .AddPorts()
        .AddRequestLimits()
        .AddSingleton(new RateLimitOptions { Enabled = settings.RateLimits })
        .AddSingleton(settings.RequestTimes)
        .AddSingleton(new ServerFeatures { DefaultRoomVersion = settings.DefaultRoomVersion })
        .AddSingleton(settings)
        .AddHostedService<SpaceWatch>()
        .AddSingleton(new ServerContact(settings.AdminContact ?? settings.PublicBaseUrl))
        .AddSingleton(provider => new ServerDiscovery
        {
            ClientBaseUrl = settings.PublicBaseUrl,
            PolicyServerKey = provider.GetRequiredService<PolicyServerOptions>().Key?.PublicKeyBase64 ?? settings.PolicyServerKey,
        })
        .AddSingleton(new AdminOptions { RegistrationSharedSecret = settings.RegistrationSharedSecret })
        .AddSingleton(new CallOptions
        {
            TurnUris = settings.TurnUris,
            TurnSharedSecret = settings.TurnSharedSecret,
            TurnLifetime = settings.TurnLifetime,
            LiveKitServiceUrl = settings.LiveKitServiceUrl,
        })
        .AddClientApi()
        .AddAdminApi()
        .AddRoomAdminApi()
        .AddReportAdminApi()
        .AddFederationAdminApi()
        .AddSingleton(new ServerNoticeOptions { Sender = settings.ServerNoticesUser, RoomVersion = settings.DefaultRoomVersion })
        .AddServerNotices()
        .AddMediaAdminApi();

    /// <summary>The engine that the settings name, and its stores. This is the only place that names an engine.</summary>
    /// <param name="services">The container.</param>
    /// <param name="settings">What names the engine.</param>
    /// <param name="besideServer">For a command that may run while the server does, and writes nothing that takes a stream position.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, HybridSettings settings, bool besideServer = false)
    {
        services.AddSingleton(TimeProvider.System).AddSingleton<StreamHub>().AddSingleton<StorageSpace>();
        return settings.Postgres is { } address ? services.AddPostgres(address, besideServer) : services.AddSqlite(settings.DatabasePath);
    }

    static IServiceCollection AddPostgres(this IServiceCollection services, PostgresAddress address, bool besideServer) => services
        .AddSingleton(provider => PostgresDatabase.Open(
            address, provider.GetRequiredService<StreamHub>(), provider.GetRequiredService<ILogger<PostgresDatabase>>(), besideServer))
        .AddSingleton<ISpaceProbe, PostgresSpaceProbe>()
        .AddPostgresStores();

    static IServiceCollection AddSqlite(this IServiceCollection services, string path) => services
        .AddSingleton(provider => SqliteDatabase.Open(path, provider.GetRequiredService<StreamHub>(), new SqliteOptions
        {
            Space = provider.GetRequiredService<StorageSpace>(),
            Progress = step => provider.GetRequiredService<ILogger<SqliteDatabase>>().LogInformation("{Database}: {Step}", path, step),
        }))
        .AddSingleton<ISpaceProbe, SqliteSpaceProbe>()
        .AddSqliteStores();

    /// <summary>Accounts alone, as the command line needs them beside a running server.</summary>
    public static IServiceCollection AddAccountsOf(this IServiceCollection services, HybridSettings settings) => services
        .AddSingleton(new AccountOptions
        {
            ServerName = settings.ServerName,
            AllowGuests = settings.Guests,
            SignOnMakesAccounts = settings.OidcRegistration,
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
        .AddIdentity(new IdentityOptions(settings.ServerName, signingKey, settings.AllowPrivateAddresses, settings.FederationAuthorityPath), settings.SmsGateway)
        .AddSignOn(settings.Oidc)
        .AddSingleton(new OAuthOptions(settings.OAuth))
        .AddSingleton(new ServerIdentity(settings.ServerName, signingKey))
        .AddRooms()
        .AddSingleton(new RetentionOptions { MaxLifetime = settings.RetentionMaxLifetime })
        .AddRetention()
        .AddSingleton(new DelayedEventOptions())
        .AddDelayedEvents()
        .AddRoomReading()
        .AddSync()
        .AddUserDirectory()
        .AddMessageSearch()
        .AddKeyServices()
        .AddMediaRepository(
            new MediaOptions
            {
                ServerName = settings.ServerName,
                Folder = Path.Combine(settings.DataFolder, MediaFolder),
                MaxUploadBytes = settings.MaxUploadSize,
                UserQuotaBytes = settings.UserMediaQuota,
                UnusedMediaLifetime = settings.UnusedMediaLifetime,
                RemoteMediaLifetime = settings.RemoteMediaLifetime,
                MaxRemoteBytes = settings.MaxUploadSize,
            },
            new PreviewOptions { Enabled = settings.UrlPreviews, AllowPrivateAddresses = settings.AllowPrivateAddresses },
            settings.MediaObjects)
        .AddMail(settings.Smtp)
        .AddPush(new PusherOptions
        {
            AllowPrivateAddresses = settings.AllowPrivateAddresses,
            PublicBaseUrl = settings.PublicBaseUrl,
            MailDelay = settings.NotificationMailDelay,
        });

    static IServiceCollection AddPorts(this IServiceCollection services) => services
        .AddSingleton<ISignatureVerifier, NativeSignatureVerifier>()
        .AddSingleton<IMemberProfiles, AccountMemberProfiles>()
        .AddSingleton<IProfilePropagation, RoomProfilePropagation>()
        .AddSingleton<IAccountDepartures, RoomDepartures>()
        .AddSingleton<IInvitePermissions, AccountInvitePermissions>()
        .AddSingleton<ILocalUsers, AccountUsers>()
        .AddSingleton<RoomDataCopies>()
        .AddSingleton<IPersonalRoomSettings, AccountRoomSettings>()
        .AddSingleton<IDefaultAccountData, DefaultPushRules>()
        .AddSingleton<IOwnedAddresses, AccountOwnedAddresses>()
        .AddSingleton<ErasedAccounts>()
        .AddSingleton<IErasedUsers>(static provider => provider.GetRequiredService<ErasedAccounts>())
        .AddSingleton<IAccountErasure>(static provider => provider.GetRequiredService<ErasedAccounts>())
        .AddAccountErasures();
}
